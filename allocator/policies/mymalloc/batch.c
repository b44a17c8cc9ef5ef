/*
 * batch.c -- the loops around the lists of small objects (batch.h).
 */
#include "allocator/policies/mymalloc/batch.h"

#include "allocator/policies/mymalloc/pool.h"
#include "allocator/policy.h"

extern const struct policy mymalloc_policy;

/* Kept objects of so many units, up to n; how many. */
static size_t pop_kept(const struct heap *heap, uint32_t units, size_t n,
                       void **out)
{
    struct tables *tables = tables_of(heap);
    uint32_t unit = tables->lists[units];
    size_t taken = 0;
    for (; unit != 0 && taken < n; taken++) {
        out[taken] = address_of(heap, unit);
        unit = *kept_link(heap, unit);
    }
    tables->lists[units] = unit;
    tables->kept -= (uint32_t)taken * units;
    return taken;
}

size_t my_batch_malloc(struct heap *heap, size_t size, size_t n, void **out)
{
    bool is_small = size - 1 < SMALL_MOST_BYTES;
    for (size_t taken = 0; taken < n; taken++) {
        if (is_small && tables_of(heap) != NULL) {
            taken += pop_kept(heap, small_units(size), n - taken, out + taken);
        }
        if (taken == n) {
            break;
        }
        out[taken] = mymalloc_policy.malloc(heap, size);
        if (out[taken] == NULL) {
            return taken;
        }
    }
    return n;
}

/* Units of the small object at unit, if its word tells; 0: look closer. */
static uint32_t units_at_hand(const struct tables *tables, uint32_t unit)
{
    uint64_t bits = bits_from(tables, unit), behind = bits & (bits - 1);
    return (bits & 1) && behind != 0 ? (uint32_t)__builtin_ctzll(behind) : 0;
}

void my_batch_free(struct heap *heap, void *const *payloads, size_t n)
{
    struct tables *tables = tables_or_root(heap);
    size_t reach = (size_t)tables->granules * GRANULE_UNITS * UNIT;
    for (size_t i = 0; i < n; i++) {
        size_t offset = (size_t)((unsigned char *)payloads[i] - heap->base);
        uint32_t unit = (uint32_t)(offset / UNIT);
        uint32_t units = offset < reach ? units_at_hand(tables, unit) : 0;
        if (units != 0) {
            pool_push(heap, tables, unit, units);
        } else {
            mymalloc_policy.free(heap, payloads[i]);
        }
    }
}
