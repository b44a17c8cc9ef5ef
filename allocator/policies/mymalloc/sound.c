/*
 * sound.c -- a block's word, its neighbours' and their links (sound.h).
 */
#include "allocator/policies/mymalloc/sound.h"

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/bits.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/pool.h"

/* Whether a link leads below the top, to a block whose own leads back. */
static bool links_back(const struct heap *heap, uint32_t link, uint32_t back,
                       bool by_next)
{
    if (link >= root_of(heap)->top) {
        return false;
    }
    const struct links *links = links_of(heap, link);
    return (by_next ? links->next : links->previous) == back;
}

/* The head of the list of free blocks of so many units. */
static uint32_t list_head(const struct heap *heap, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    return tables == NULL ? root_of(heap)->free
                          : tables_bins(tables)[bin_of(tables, units)];
}

/* Whether a free block's neighbours in its list know it. */
static bool is_listed(const struct heap *heap, uint32_t block, uint32_t units)
{
    if (bins_is_victim(tables_of(heap), block)) {
        return true;
    }
    struct links links = *links_of(heap, block);
    if (links.next != 0 && !links_back(heap, links.next, block, false)) {
        return false;
    }
    return links.previous != 0 ? links_back(heap, links.previous, block, true)
                               : list_head(heap, units) == block;
}

/* A free block [block, end), as its neighbour tells. */
static bool is_free(const struct heap *heap, uint32_t block, uint32_t end)
{
    uint32_t units = end - block, word = *word_of(heap, block);
    return word >> SIZE_SHIFT == units && !(word & IN_USE) &&
           units_before(heap, end) == units && is_listed(heap, block, units);
}

/* What lies before a block with that word. */
static bool is_sound_before(const struct heap *heap, uint32_t block,
                            uint32_t word)
{
    if (word & PREV_IN_USE) {
        return true;
    }
    uint32_t before = units_before(heap, block);
    return before != 0 && before < block &&
           is_free(heap, block - before, block);
}

/* What begins where a block in use ends. */
static bool is_sound_behind(const struct heap *heap, uint32_t end)
{
    uint32_t top = root_of(heap)->top;
    uint32_t word = *word_of(heap, end), units = word >> SIZE_SHIFT;
    if (end == top) {
        return (word & FLAGS) == (PREV_IN_USE | IN_USE);
    }
    if (!(word & PREV_IN_USE) || units > top - end) {
        return false;
    }
    if (!(word & IN_USE)) {
        return units != 0 && units < top - end &&
               is_free(heap, end, end + units);
    }
    return units != 0 || bits_is_start(tables_or_root(heap), end);
}

/* Whether a request of size bytes, 0: unknown, may have got so many units. */
static bool fits_request(uint32_t units, size_t size)
{
    bool is_small = size != 0 && size <= SMALL_MOST_BYTES;
    return size == 0 || units == units_for(size) ||
           (is_small && units == units_for(small_units(size) * UNIT));
}

static bool is_sound_block(const struct heap *heap, uint32_t block, size_t size)
{
    uint32_t word = *word_of(heap, block), units = word >> SIZE_SHIFT;
    uint32_t may =
        units <= SMALL_MOST_UNITS + 1 ? PREV_IN_USE | PAYS : PREV_IN_USE;
    if ((word & (FLAGS & ~may)) != IN_USE || units == 0 ||
        units > root_of(heap)->top - block || !fits_request(units, size)) {
        return false;
    }
    return is_sound_before(heap, block, word) &&
           is_sound_behind(heap, block + units);
}

/* Whether nobody came by the word before the tables. */
static bool are_tables_sound(const struct heap *heap)
{
    const struct tables *tables = tables_of(heap);
    if (tables == NULL) {
        return true;
    }
    uint32_t block = root_of(heap)->tables, word = *word_of(heap, block);
    return (word & (FLAGS & ~PREV_IN_USE)) == IN_USE &&
           word >> SIZE_SHIFT >= units_for(tables->bytes);
}

bool my_is_sound(struct heap *heap, const void *payload, size_t size)
{
    if (is_huge(heap, payload)) {
        return true;
    }
    uint32_t unit = unit_of(heap, payload);
    return unit < root_of(heap)->top && are_tables_sound(heap) &&
           (bits_is_start(tables_or_root(heap), unit) ||
            is_sound_block(heap, unit, size));
}
