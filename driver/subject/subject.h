/*
 * subject.h -- what stands under test.
 *
 * Everything under test is a struct policy: the registered ones as they are,
 * the C library and installed mallocs behind adapters that ignore the heap they
 * are given.
 */
#ifndef DRIVER_SUBJECT_SUBJECT_H
#define DRIVER_SUBJECT_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/policy.h"

enum subject_kind {
    SUBJECT_POLICY, /* all its memory comes from the heap it is given */
    SUBJECT_FOREIGN /* brings its own memory: no heap bounds, no walk */
};

struct subject {
    char label[64];  /* in tables: short, and of one subject of a list only */
    char given[256]; /* as the user named it */
    enum subject_kind kind;
    const struct policy *policy;
    uint64_t values[POLICY_MAX_OPTIONS];

    const struct foreign *foreign; /* of a SUBJECT_FOREIGN that is counted */
};

/*
 * How the memory of a foreign subject is counted: footprint tells the bytes
 * that it holds from the system now, less what was in use at begin.  Known
 * only where the session works with the policy `counting`.
 */
struct foreign {
    const struct policy *counting;
    void (*begin)(void);       /* of a session */
    size_t (*footprint)(void); /* of counting's calls since then */
    void (*end)(void);         /* of the session; may be NULL */
};

/*
 * Length of the first item of a list: up to a comma whose follower is not a
 * further option of the same item ("name=value" without a colon).  Commas in
 * braces separate nothing, see run/sweep.h.
 */
size_t subject_item_length(const char *text);

/*
 * Parses a list such as "first-fit,best-fit:order=address,split=64,libc";
 * "all" stands for every registered policy, "libc" and the names and paths of
 * installed.h for mallocs that bring their own memory.  An item with '=' but
 * without ':' goes on with the options of the item before it. Appends to *list
 * (allocated, *n items; start with NULL and 0) what is not there yet under any
 * name. Returns 0, or -1 with a sentence in message.
 */
int subject_parse_list(const char *text, struct subject **list, size_t *n,
                       char *message, size_t room);

/* The subject of the C library that this process runs on. */
struct subject subject_libc(void);

bool subject_is_libc(const struct subject *subject);

/* The subject of the default policy. */
struct subject subject_default(void);

/* A subject at work: its heap and the payload pointer of each identifier. */
struct session {
    const struct subject *subject;
    const struct policy *policy; /* subject->policy */
    struct heap heap;
    void **slots; /* n_slots + 1; the last one stays NULL */
    size_t n_slots;
};

/*
 * Makes the heap and the table of pointers, and inits the policy.
 * Returns 0, or -1 with errno set (ENOMEM too when init fails).
 */
int session_open(struct session *session, const struct subject *subject,
                 size_t n_slots, const struct heap_options *options);

/*
 * Back to an empty heap, ready for another replay: a foreign subject is given
 * free for each live slot.  Returns 0, or -1 when the policy's init fails.
 */
int session_reset(struct session *session);

void session_close(struct session *session);

/* Bytes that the subject holds from the system now; see subject.footprint. */
size_t session_footprint(const struct session *session);

#endif
