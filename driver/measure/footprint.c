/*
 * footprint.c -- payload and footprint after each operation, and the ledger.
 *
 * With a the footprint and l the live payload after each operation, the
 * measures of Johnstone & Wilson ("The memory fragmentation problem: solved?",
 * ISMM 1998) are
 *
 *   1: the mean of a / l over all operations that leave l > 0 (with nothing
 *      live the quotient does not exist, and the moment is left out)
 *   2: a / l where l first reaches its peak
 *   3: a / l where a first reaches its peak
 *   4: max a / max l, the inverse of the utilization
 *
 * and 0 where a quotient does not exist.  max a is the peak that the heap
 * itself noted: it includes what an operation takes and gives back before it
 * returns, as a realloc does that copies.
 *
 * The replay writes no payload: touches are left out and calloc does not
 * clear, so that heaps larger than the machine's memory can be measured.
 *
 * Cost: two replays of 16 bytes per operation and 8 bytes of memory per
 * identifier, for the sizes of live blocks.
 */
#include "driver/measure/footprint.h"

#include <stdio.h>
#include <string.h>

#include "driver/measure/ledger.h"
#include "driver/replay/replay.h"
#include "driver/subject/table.h"

/* A replay that knows how much is live. */
struct follower {
    const struct trace *trace;
    struct worker_progress *progress;
    struct subject subject;
    struct session session;
    uint64_t *sizes; /* of the live payloads, by slot */
    uint64_t payload_bytes;
};

/* A moment: after operation op. */
struct moment {
    uint64_t op;
    uint64_t payload_bytes;
    uint64_t footprint_bytes;
};

/* What the first replay gathers. */
struct course {
    struct moment most_payload;
    struct moment most_footprint;
    double sum_of_ratios;
    uint64_t n_ratios;
    uint64_t n_sampled;   /* samples on the even grid so far */
    uint64_t next_sample; /* operation of the next one */
};

static void enter(struct follower *f, uint32_t round)
{
    if (f->progress == NULL) {
        return;
    }
    f->progress->op = FAULT_NO_OP;
    f->progress->round = round;
    f->progress->nearest = NULL;
    f->progress->heap = &f->session.heap;
    snprintf(f->progress->phase, sizeof f->progress->phase, "footprint");
}

static void leave(struct follower *f)
{
    if (f->progress != NULL) {
        f->progress->op = FAULT_NO_OP;
        f->progress->heap = NULL;
    }
}

static void close_sizes(struct follower *f)
{
    table_close(f->sizes, (size_t)f->trace->n_ids + 1, sizeof *f->sizes);
}

static int follower_open(struct follower *f, const struct trace *trace,
                         const struct subject *subject,
                         const struct heap_options *heap,
                         struct worker_progress *progress)
{
    f->trace = trace;
    f->progress = progress;
    f->payload_bytes = 0;
    f->subject = *subject;
    if (subject->foreign != NULL) {
        f->subject.policy = subject->foreign->counting;
    }
    f->sizes = table_open((size_t)trace->n_ids + 1, sizeof *f->sizes);
    if (f->sizes == NULL) {
        return -1;
    }
    if (session_open(&f->session, &f->subject, trace->n_ids, heap) != 0) {
        close_sizes(f);
        return -1;
    }
    return 0;
}

static void follower_close(struct follower *f)
{
    leave(f);
    session_close(&f->session);
    close_sizes(f);
}

/* Back to the beginning of the trace; 0 or -1. */
static int follower_rewind(struct follower *f)
{
    memset(f->sizes, 0, ((size_t)f->trace->n_ids + 1) * sizeof *f->sizes);
    f->payload_bytes = 0;
    return session_reset(&f->session);
}

static void set_size(struct follower *f, uint32_t slot, uint64_t bytes)
{
    f->payload_bytes += bytes - f->sizes[slot];
    f->sizes[slot] = bytes;
}

/* Performs operation i, but writes no payload. */
static void follower_step(struct follower *f, size_t i)
{
    struct op op = f->trace->ops[i];
    if (f->progress != NULL) {
        f->progress->op = i;
    }
    if (op.kind == OP_TOUCH) {
        return;
    }
    if (op.kind == OP_CALLOC) {
        op.kind = OP_ALLOC;
    }
    struct session *session = &f->session;
    void *payload =
        replay_op(session->policy, &session->heap, session->slots, &op);
    if (payload != NULL) {
        set_size(f, op.id, op.size);
    } else if (session->slots[op.id] == NULL) {
        set_size(f, op.id, 0); /* else a realloc failed: all stays */
    }
}

/* ---- samples ------------------------------------------------------------ */

/* Room for the two extremes is kept beside the even grid. */
#define GRID (FOOTPRINT_SAMPLES - 2)

/* The operation at which grid point k lies; both ends are on the grid. */
static uint64_t grid_op(uint64_t k, uint64_t n_ops)
{
    if (n_ops <= GRID) {
        return k;
    }
    return (uint64_t)((double)k * (double)(n_ops - 1) / (GRID - 1) + 0.5);
}

/* Puts a moment at its place among the samples, unless it is there. */
static void keep(struct footprint_record *record, const struct moment *m)
{
    uint32_t place = record->n_samples;
    while (place > 0 && record->samples[place - 1].op > m->op) {
        place--;
    }
    if (place > 0 && record->samples[place - 1].op == m->op) {
        return;
    }
    memmove(&record->samples[place + 1], &record->samples[place],
            (record->n_samples - place) * sizeof record->samples[0]);
    record->samples[place] =
        (struct footprint_sample){m->op, m->payload_bytes, m->footprint_bytes};
    record->n_samples++;
}

/* ---- the two replays ----------------------------------------------------- */

static double ratio(const struct moment *m)
{
    return m->payload_bytes > 0
               ? (double)m->footprint_bytes / (double)m->payload_bytes
               : 0;
}

static void note(struct course *course, const struct moment *m)
{
    if (m->op == 0 || m->payload_bytes > course->most_payload.payload_bytes) {
        course->most_payload = *m;
    }
    if (m->op == 0 ||
        m->footprint_bytes > course->most_footprint.footprint_bytes) {
        course->most_footprint = *m;
    }
    if (m->payload_bytes > 0) {
        course->sum_of_ratios += ratio(m);
        course->n_ratios++;
    }
}

static void follow_course(struct follower *f, struct course *course,
                          struct footprint_record *record)
{
    uint64_t n_ops = f->trace->n_ops;
    enter(f, 1);
    for (size_t i = 0; i < n_ops; i++) {
        follower_step(f, i);
        struct moment now = {i, f->payload_bytes,
                             session_footprint(&f->session)};
        note(course, &now);
        if (i == course->next_sample) {
            keep(record, &now);
            course->next_sample = grid_op(++course->n_sampled, n_ops);
        }
    }
    if (n_ops > 0) {
        keep(record, &course->most_payload);
        keep(record, &course->most_footprint);
    }
}

/* Replays up to the peak of the footprint and takes the ledger there. */
static void follow_to_peak(struct follower *f, uint64_t peak_op,
                           struct footprint_record *record)
{
    if (f->subject.kind == SUBJECT_FOREIGN || f->trace->n_ops == 0 ||
        follower_rewind(f) != 0) {
        return;
    }
    enter(f, 2);
    for (size_t i = 0; i <= peak_op; i++) {
        follower_step(f, i);
    }
    record->has_ledger =
        ledger_take(&f->session, f->payload_bytes, &record->at_peak) == 0;
    record->at_peak.op = peak_op;
}

/* The largest footprint, between operations too where the heap tells. */
static uint64_t peak_footprint(const struct follower *f,
                               const struct course *course)
{
    uint64_t peak = course->most_footprint.footprint_bytes;
    uint64_t heap_tells = heap_peak(&f->session.heap);
    return heap_tells > peak ? heap_tells : peak;
}

static void conclude(struct footprint_record *record,
                     const struct course *course)
{
    double payload = (double)record->peak_payload_bytes;
    double footprint = (double)record->peak_footprint_bytes;
    /* Nothing taken for nothing asked is no waste. */
    record->utilization = footprint > 0 ? payload / footprint : 1;
    if (course->n_ratios > 0) {
        record->fragmentation[0] =
            course->sum_of_ratios / (double)course->n_ratios;
    }
    record->fragmentation[1] = ratio(&course->most_payload);
    record->fragmentation[2] = ratio(&course->most_footprint);
    record->fragmentation[3] = payload > 0 ? footprint / payload : 0;
    /* Payload without memory: the foreign subject cannot tell. */
    record->measured = footprint > 0 || payload == 0;
}

int footprint_run(const struct trace *trace, const struct subject *subject,
                  const struct heap_options *heap,
                  struct worker_progress *progress,
                  struct footprint_record *record)
{
    struct follower follower;
    struct course course = {0};
    memset(record, 0, sizeof *record);
    if (follower_open(&follower, trace, subject, heap, progress) != 0) {
        return -1;
    }
    follow_course(&follower, &course, record);
    record->peak_payload_bytes = course.most_payload.payload_bytes;
    record->peak_footprint_bytes = peak_footprint(&follower, &course);
    conclude(record, &course);
    follow_to_peak(&follower, course.most_footprint.op, record);
    follower_close(&follower);
    return 0;
}
