/*
 * kept.c -- the set of kept objects (see kept.h).
 */
#include "allocator/policies/mymalloc/kept.h"

/* Adds the objects of a list; false where it leads astray. */
static bool collect_list(const struct heap *heap, struct kept *kept,
                         uint32_t unit)
{
    while (unit != 0) {
        if (kept->n == CACHE_MOST || unit >= root_of(heap)->top) {
            return false;
        }
        kept->units[kept->n++] = unit;
        unit = *cache_link(heap, unit);
    }
    return true;
}

/* Restores the heap order below root among the first n (Williams, 1964). */
static void sift_down(uint32_t *units, uint32_t root, uint32_t n)
{
    uint32_t value = units[root];
    for (uint32_t child; (child = 2 * root + 1) < n; root = child) {
        child += child + 1 < n && units[child + 1] > units[child];
        if (units[child] <= value) {
            break;
        }
        units[root] = units[child];
    }
    units[root] = value;
}

static void sort(uint32_t *units, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;) {
        sift_down(units, i, n);
    }
    while (n > 1) {
        uint32_t largest = units[0];
        units[0] = units[--n];
        units[n] = largest;
        sift_down(units, 0, n);
    }
}

static bool has_twins(const struct kept *kept)
{
    for (uint32_t i = 1; i < kept->n; i++) {
        if (kept->units[i - 1] == kept->units[i]) {
            return true;
        }
    }
    return false;
}

bool my_kept_collect(const struct heap *heap, struct kept *kept)
{
    const struct tables *tables = tables_of(heap);
    bool sound = true;
    kept->n = 0;
    for (uint32_t i = 1; tables != NULL && i < tables->n_classes; i++) {
        sound = sound && collect_list(heap, kept, tables->classes[i].slots) &&
                collect_list(heap, kept, tables->classes[i].blocks);
    }
    sort(kept->units, kept->n);
    return sound && (tables == NULL || kept->n == tables->kept) &&
           !has_twins(kept);
}

bool my_kept_has(const struct kept *kept, uint32_t unit)
{
    uint32_t low = 0, high = kept->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (kept->units[middle] < unit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < kept->n && kept->units[low] == unit;
}
