/*
 * leaks.c -- marks from the roots, then tells what is unmarked (leaks.h).
 */
#include "allocator/preload/debug/leaks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "allocator/preload/arena.h"
#include "allocator/preload/debug/maps.h"
#include "allocator/preload/debug/report.h"
#include "allocator/preload/debug/room.h"
#include "allocator/preload/message.h"

enum { TOLD_MOST = 20 };

struct marking {
    struct record **sorted; /* all blocks by ascending address */
    size_t n;
    struct record **found; /* reached, their contents not yet looked at */
    size_t n_found;
    bool can_read;         /* the system lets us read what may be unreadable */
    uintptr_t here;        /* lies in the calling thread's stack */
    uintptr_t stack_first; /* what is below there is dead */
};

/* The last block that begins at or below an address. */
static struct record *block_below(const struct marking *marking,
                                  uintptr_t address)
{
    size_t low = 0, high = marking->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)marking->sorted[middle]->payload <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low != 0 ? marking->sorted[low - 1] : NULL;
}

static void mark(struct marking *marking, uintptr_t word)
{
    struct record *record = block_below(marking, word);
    if (record != NULL && record->live && !record->reached &&
        word - (uintptr_t)record->payload <= record->size) {
        record->reached = true;
        marking->found[marking->n_found++] = record;
    }
}

static void mark_words(struct marking *marking, const uintptr_t *words,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mark(marking, words[i]);
    }
}

/* Reads by a system call, which fails where memory cannot be read. */
static void mark_range(struct marking *marking, uintptr_t start, uintptr_t end)
{
    static uintptr_t words[8192];
    struct iovec here = {.iov_base = words};
    for (uintptr_t at = start; at < end; at += sizeof words) {
        size_t bytes = end - at < sizeof words ? end - at : sizeof words;
        struct iovec there = {(void *)at, bytes};
        here.iov_len = bytes;
        ssize_t got = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
        marking->can_read &= got >= 0 || errno == EFAULT;
        if (got > 0) {
            mark_words(marking, words, (size_t)got / sizeof *words);
        }
    }
}

static bool is_ours(const struct mapping *mapping)
{
    return room_owns(mapping->start) || arena_in_range((void *)mapping->start);
}

static bool mark_mapping(void *context, const struct mapping *mapping)
{
    struct marking *marking = context;
    if (mapping->readable && mapping->writable && mapping->is_private &&
        !is_ours(mapping)) {
        bool is_stack =
            marking->here >= mapping->start && marking->here < mapping->end;
        mark_range(marking, is_stack ? marking->stack_first : mapping->start,
                   mapping->end);
    }
    return true;
}

/* false: they cannot be looked at. */
static bool mark_roots(struct marking *marking)
{
    marking->can_read = true;
    struct stack_exit caller = {.n = 0};
    marking->here = (uintptr_t)__builtin_frame_address(0);
    marking->stack_first = stack_find_exit(&caller)
                               ? caller.stack_pointer & ~(uintptr_t)7
                               : marking->here;
    mark_words(marking, caller.registers, caller.n);
    return maps_visit(mark_mapping, marking) && marking->can_read;
}

/* A block's words, aligned to its beginning, wherever that lies. */
static void mark_contents(struct marking *marking, const struct record *record)
{
    uintptr_t word;
    for (size_t at = 0; at + sizeof word <= record->size; at += sizeof word) {
        memcpy(&word, record->payload + at, sizeof word);
        mark(marking, word);
    }
}

static bool is_lost(const struct record *record)
{
    return record->live && !record->reached && record_is_own(record);
}

/* Tells all lost blocks of one call stack, of which first is the first. */
static void tell_group(const struct marking *marking, struct record *first)
{
    struct report report = {
        .what = "leak", .address = first->payload, .block = first};
    size_t blocks = 0, bytes = 0;
    for (size_t i = 0; i < marking->n; i++) {
        struct record *record = marking->sorted[i];
        if (is_lost(record) && record->allocated == first->allocated) {
            blocks++;
            bytes += record->size;
            record->reached = true;
        }
    }
    snprintf(report.text, sizeof report.text,
             "nothing points to %zu block%s of %zu byte%s allocated there",
             blocks, blocks == 1 ? "" : "s", bytes, bytes == 1 ? "" : "s");
    report_tell(&report);
}

static size_t tell_lost(const struct marking *marking)
{
    size_t lost = 0, groups = 0;
    for (size_t i = 0; i < marking->n; i++) {
        lost += is_lost(marking->sorted[i]);
    }
    for (size_t i = 0; i < marking->n; i++) {
        if (is_lost(marking->sorted[i])) {
            if (groups++ == TOLD_MOST) {
                message_tell("... and more; the first %d places were told\n",
                             TOLD_MOST);
                break;
            }
            tell_group(marking, marking->sorted[i]);
        }
    }
    return lost;
}

/* Marks all that is within reach; NULL, or why that cannot be. */
static const char *mark_all(struct marking *marking)
{
    static struct room found;
    room_open(&found, RECORDS_MOST * sizeof *marking->found);
    marking->sorted = record_sort(&marking->n);
    marking->found = (struct record **)found.start;
    if (marking->sorted == NULL ||
        !room_grow(&found, marking->n * sizeof *marking->found)) {
        return "no memory";
    }
    if (!mark_roots(marking)) {
        return "memory cannot be looked at";
    }
    while (marking->n_found > 0) {
        mark_contents(marking, marking->found[--marking->n_found]);
    }
    return NULL;
}

size_t leaks_tell(void)
{
    struct marking marking = {.n = 0};
    const char *why_not = mark_all(&marking);
    if (why_not != NULL) {
        message_tell("warning: not searched for leaks: %s\n", why_not);
        return 0;
    }
    return tell_lost(&marking);
}
