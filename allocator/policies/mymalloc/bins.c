/*
 * bins.c -- lists of free blocks by size (see bins.h).
 */
#include "allocator/policies/mymalloc/bins.h"

#define OWN_BIN_LOOKS  16
#define NEXT_BIN_LOOKS 8

void my_bins_behead(const struct heap *heap, struct tables *tables,
                    uint32_t units, uint32_t next)
{
    if (tables == NULL) {
        root_of(heap)->victim = next;
        return;
    }
    uint32_t bin = bin_of(tables, units);
    tables_bins(tables)[bin] = next;
    if (next == 0) {
        tables_occupied(tables)[bin / BINS_PER_WORD] &=
            ~((uint64_t)1 << bin % BINS_PER_WORD);
    }
}

/* The smallest of the list's first looks blocks that has units; 0: none. */
static uint32_t smallest_fit(const struct heap *heap, uint32_t block,
                             uint32_t units, unsigned looks)
{
    uint32_t best = 0, best_units = UINT32_MAX;
    for (; block != 0 && looks != 0; looks--) {
        uint32_t found = units_of(heap, block);
        if (found >= units && found < best_units) {
            best = block;
            best_units = found;
            if (found == units) {
                break;
            }
        }
        block = links_of(heap, block)->next;
    }
    return best;
}

/* The first bin from bin on that has a block; n_bins: none. */
static uint32_t occupied_from(const struct tables *tables, uint32_t bin)
{
    const uint64_t *occupied = tables_occupied(tables);
    uint32_t word = bin / BINS_PER_WORD;
    uint32_t words = (tables->n_bins + BINS_PER_WORD - 1) / BINS_PER_WORD;
    if (word >= words) {
        return tables->n_bins;
    }
    uint64_t bits = occupied[word] & ~(uint64_t)0 << bin % BINS_PER_WORD;
    while (bits == 0) {
        if (++word == words) {
            return tables->n_bins;
        }
        bits = occupied[word];
    }
    return word * BINS_PER_WORD + (uint32_t)__builtin_ctzll(bits);
}

static uint32_t best_listed(const struct heap *heap,
                            const struct tables *tables, uint32_t units)
{
    const uint32_t *bins = tables_bins(tables);
    uint32_t own = bin_of(tables, units);
    uint32_t best = bins[own];
    if (best != 0 && units_of(heap, best) != units) {
        best = smallest_fit(heap, best, units, OWN_BIN_LOOKS);
    }
    if (best != 0) {
        return best;
    }
    uint32_t bin = occupied_from(tables, own + 1);
    return bin < tables->n_bins
               ? smallest_fit(heap, bins[bin], units, NEXT_BIN_LOOKS)
               : 0;
}

uint32_t my_bins_best(const struct heap *heap, const struct tables *tables,
                      uint32_t units)
{
    uint32_t victim = root_of(heap)->victim;
    if (tables == NULL) {
        return smallest_fit(heap, victim, units, UINT32_MAX);
    }
    uint32_t victim_units = victim != 0 ? units_of(heap, victim) : 0;
    if (victim_units == units) {
        return victim;
    }
    uint32_t best = best_listed(heap, tables, units);
    if (victim_units > units &&
        (best == 0 || victim_units <= units_of(heap, best))) {
        return victim;
    }
    return best;
}

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
    uint32_t victim = root_of(heap)->victim;
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
