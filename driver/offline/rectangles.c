/*
 * rectangles.c -- a trace as rectangles: when a block is there, how large.
 */
#include "driver/offline/rectangles.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The rectangle that each id is in, while the trace is read. */
struct reader {
    struct rectangles *made;
    uint32_t *current; /* by slot */
};

static uint64_t units_of(uint64_t bytes)
{
    return bytes / UNIT_BYTES + (bytes % UNIT_BYTES != 0);
}

static void end(struct reader *reader, const struct op *op, uint32_t at)
{
    uint32_t it = reader->current[op->id];
    reader->made->items[it].death = at;
    reader->made->died[at] = it;
    reader->current[op->id] = NO_RECTANGLE;
}

static void begin(struct reader *reader, const struct op *op, uint32_t at)
{
    struct rectangles *made = reader->made;
    uint64_t align = (uint64_t)1 << op->align_log2;
    made->items[made->n] = (struct rectangle){
        .units = units_of(op->size),
        .align_units = align > UNIT_BYTES ? align / UNIT_BYTES : 1,
        .birth = at,
        .death = made->n_ops};
    made->born[at] = made->n;
    reader->current[op->id] = made->n++;
}

static void step(struct reader *reader, const struct op *op, uint32_t at)
{
    uint32_t was = reader->current[op->id];
    uint64_t units = op->kind == OP_FREE ? 0 : units_of(op->size);
    bool stays = was != NO_RECTANGLE && reader->made->items[was].units == units;
    if (was != NO_RECTANGLE && !stays) {
        end(reader, op, at);
    }
    if (units > 0 && !stays) {
        begin(reader, op, at);
    }
}

static void add_load(struct rectangles *made, uint32_t at)
{
    uint64_t load = at > 0 ? made->load[at - 1] : 0;
    if (made->died[at] != NO_RECTANGLE) {
        load -= made->items[made->died[at]].units;
    }
    if (made->born[at] != NO_RECTANGLE) {
        load += made->items[made->born[at]].units;
    }
    made->load[at] = load;
    if (load > made->peak_units) {
        made->peak_units = load;
        made->peak_op = at;
    }
}

static void read_ops(struct reader *reader, const struct trace *trace)
{
    struct rectangles *made = reader->made;
    for (uint32_t i = 0; i < made->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        made->born[i] = made->died[i] = NO_RECTANGLE;
        if (op->id < trace->n_ids && op->kind != OP_TOUCH) {
            step(reader, op, i);
        }
        add_load(made, i);
    }
}

static int make_tables(struct reader *reader, const struct trace *trace)
{
    struct rectangles *made = reader->made;
    size_t n = trace->n_ops;
    size_t slots = (size_t)trace->n_ids + 1;
    made->items = malloc((n + 1) * sizeof *made->items);
    made->born = malloc((n + 1) * sizeof *made->born);
    made->died = malloc((n + 1) * sizeof *made->died);
    made->load = malloc((n + 1) * sizeof *made->load);
    reader->current = malloc(slots * sizeof *reader->current);
    if (made->items == NULL || made->born == NULL || made->died == NULL ||
        made->load == NULL || reader->current == NULL) {
        return -1;
    }
    memset(reader->current, 0xff, slots * sizeof *reader->current);
    return 0;
}

/*
 * No heap is higher than all blocks on top of each other, each with what its
 * alignment may leave out.  Returns whether 64 bits hold that.
 */
static bool heights_fit(const struct trace *trace)
{
    unsigned align_log2 = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        align_log2 = op->align_log2 > align_log2 ? op->align_log2 : align_log2;
    }
    uint64_t most = trace->peak_rounded_bytes;
    uint64_t all;
    return !__builtin_add_overflow(most, (uint64_t)1 << align_log2, &most) &&
           !__builtin_mul_overflow(most, trace->n_ops, &all) &&
           all < UINT64_MAX;
}

int rectangles_of(const struct trace *trace, struct rectangles *rectangles)
{
    struct reader reader = {.made = rectangles};
    memset(rectangles, 0, sizeof *rectangles);
    if (trace->n_ops >= NO_RECTANGLE || !heights_fit(trace)) {
        errno = EOVERFLOW;
        return -1;
    }
    rectangles->n_ops = (uint32_t)trace->n_ops;
    int result = make_tables(&reader, trace);
    if (result == 0) {
        read_ops(&reader, trace);
    } else {
        rectangles_free(rectangles);
    }
    free(reader.current);
    return result;
}

void rectangles_free(struct rectangles *rectangles)
{
    free(rectangles->items);
    free(rectangles->born);
    free(rectangles->died);
    free(rectangles->load);
    memset(rectangles, 0, sizeof *rectangles);
}
