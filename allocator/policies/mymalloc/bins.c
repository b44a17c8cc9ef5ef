/*
 * bins.c -- lists of free blocks by size (see bins.h).
 */
#include "allocator/policies/mymalloc/bins.h"

/* The last bin before end that has a block; n_bins: none. */
static uint32_t occupied_before(const struct tables *tables, uint32_t end)
{
    const uint64_t *occupied = tables_occupied(tables);
    for (uint32_t bin = end; bin-- > 0; bin -= bin % BINS_PER_WORD) {
        uint64_t bits = occupied[bin / BINS_PER_WORD]
                        << (BINS_PER_WORD - 1 - bin % BINS_PER_WORD);
        if (bits != 0) {
            return bin - (uint32_t)__builtin_clzll(bits);
        }
    }
    return tables->n_bins;
}

void my_bins_visit(struct heap *heap, my_bins_visit_fn *visit, void *context,
                   size_t least_bytes)
{
    const struct tables *tables = tables_of(heap);
    uint32_t victim = tables->victim;
    if (victim != 0 && visit(heap, victim, context)) {
        return;
    }
    uint32_t last = bin_of(tables, (uint32_t)(least_bytes / UNIT));
    uint32_t bin = occupied_before(tables, tables->n_bins);
    while (bin < tables->n_bins && bin >= last) {
        uint32_t block = tables_bins(tables)[bin];
        for (; block != 0; block = links_of(heap, block)->next) {
            if (visit(heap, block, context)) {
                return;
            }
        }
        bin = occupied_before(tables, bin);
    }
}
