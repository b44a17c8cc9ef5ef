/*
 * lower.c -- make sizes small.
 *
 * A failure often hangs on how sizes relate to each other (a block that fits
 * the hole of another), so they are lowered together before they are lowered
 * one by one: all of them to half as long as that fails, then all that are
 * equal, then each.  One is lowered to 1, or by bisection to a size that fails
 * while the size below it passes; roughly, to 1 or not at all.
 */
#include "driver/shrink/work.h"

enum company { EQUALS, ALONE };

static bool has_size(const struct op *op)
{
    return op->kind != OP_FREE && op->size > 1;
}

static void halve_all(struct work *work)
{
    bool fails = true;
    while (fails) {
        struct op *draft = work_draft(work);
        for (size_t i = 0; i < work->best.n_ops; i++) {
            draft[i].size -= has_size(&draft[i]) ? draft[i].size / 2 : 0;
        }
        fails = work_try(work, work->best.n_ops);
    }
}

/* The operation with another size, and perhaps all that have its size now. */
static bool try_size(struct work *work, size_t op, enum company company,
                     uint64_t size)
{
    struct op *draft = work_draft(work);
    uint64_t old = draft[op].size;
    for (size_t i = 0; i < work->best.n_ops; i++) {
        bool equal = has_size(&draft[i]) && draft[i].size == old;
        if (i == op || (company == EQUALS && equal)) {
            draft[i].size = size;
        }
    }
    return work_try(work, work->best.n_ops);
}

static void lower_one(struct work *work, size_t op, enum company company)
{
    uint64_t passes = 1;
    if (!has_size(&work->best.ops[op]) || try_size(work, op, company, 1)) {
        return;
    }
    while (!work->stopped && op < work->best.n_ops &&
           passes + 1 < work->best.ops[op].size) {
        uint64_t fails = work->best.ops[op].size;
        uint64_t middle = passes + (fails - passes) / 2;
        if (!try_size(work, op, company, middle)) {
            passes = middle;
        }
    }
}

static void lower_each(struct work *work, enum company company)
{
    for (size_t i = 0; i < work->best.n_ops && !work->stopped; i++) {
        lower_one(work, i, company);
    }
}

void work_lower_roughly(struct work *work)
{
    halve_all(work);
    for (size_t i = 0; i < work->best.n_ops && !work->stopped; i++) {
        if (has_size(&work->best.ops[i])) {
            try_size(work, i, ALONE, 1);
        }
    }
}

void work_lower(struct work *work)
{
    lower_each(work, EQUALS);
    lower_each(work, ALONE);
}
