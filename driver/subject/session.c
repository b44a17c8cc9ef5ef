/*
 * session.c -- a subject at work on a heap of its own.
 */
#include <errno.h>
#include <string.h>

#include "driver/subject/subject.h"
#include "driver/subject/table.h"

static int start(struct session *session)
{
    if (session->policy->init(&session->heap, session->subject->values) != 0) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

static void close_slots(struct session *session)
{
    table_close(session->slots, session->n_slots + 1, sizeof *session->slots);
    session->slots = NULL;
}

int session_open(struct session *session, const struct subject *subject,
                 size_t n_slots, const struct heap_options *options)
{
    memset(session, 0, sizeof *session);
    session->subject = subject;
    session->policy = subject->policy;
    session->n_slots = n_slots;
    session->slots = table_open(n_slots + 1, sizeof *session->slots);
    if (session->slots == NULL) {
        return -1;
    }
    if (heap_init(&session->heap, options) != 0) {
        close_slots(session);
        return -1;
    }
    if (subject->foreign != NULL) {
        subject->foreign->begin();
    }
    if (start(session) != 0) {
        session_close(session);
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

/* A subject that brings its own memory gets back each block by itself. */
static void free_live(struct session *session)
{
    for (size_t i = 0; i < session->n_slots; i++) {
        session->policy->free(&session->heap, session->slots[i]);
    }
}

int session_reset(struct session *session)
{
    if (session->subject->kind == SUBJECT_FOREIGN) {
        free_live(session);
    }
    heap_reset(&session->heap);
    memset(session->slots, 0, session->n_slots * sizeof *session->slots);
    return start(session);
}

static void end_foreign(struct session *session)
{
    const struct foreign *foreign = session->subject->foreign;
    free_live(session);
    if (foreign != NULL && foreign->end != NULL) {
        foreign->end();
    }
}

void session_close(struct session *session)
{
    if (session->slots != NULL && session->subject->kind == SUBJECT_FOREIGN) {
        end_foreign(session);
    }
    heap_destroy(&session->heap);
    close_slots(session);
    memset(session, 0, sizeof *session);
}

size_t session_footprint(const struct session *session)
{
    return session->subject->foreign != NULL
               ? session->subject->foreign->footprint()
               : heap_footprint(&session->heap);
}
