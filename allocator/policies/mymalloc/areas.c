/*
 * areas.c -- areas come, grow, shrink, fall apart and go (see areas.h).
 */
#include "allocator/policies/mymalloc/areas.h"

#include "allocator/policies/mymalloc/block.h"

#define AREA_WORD (PREV_IN_USE | IN_USE) /* 0 units */

static void mark_end(struct heap *heap, uint32_t unit, uint32_t group)
{
    *hole_of(heap, unit) = (struct hole){0, 0, 0, group & 255};
}

/*
 * Whether an area starts at unit, which has a start bit.  Before it there may
 * be a hole, another group's victim, that is too long to look across.
 */
static bool is_front(const struct heap *heap, uint32_t unit)
{
    const struct tables *tables = tables_of(heap);
    if (hole_before(heap, tables, unit) != 0) {
        return false;
    }
    uint32_t before = my_bits_previous(tables, unit);
    return before == 0 ||
           (bits_is_hole(tables, before) && area_ends(heap, before));
}

/* A free stretch between objects while it is put together. */
struct stretch {
    uint32_t unit, units;
    uint32_t group;
    bool has_victim;
};

/* Takes a hole out of the index, to become part of the stretch. */
static inline void absorb(const struct heap *heap, struct tables *tables,
                          struct stretch *s, uint32_t hole)
{
    s->group = hole_of(heap, hole)->group;
    s->units += hole_of(heap, hole)->units;
    s->has_victim |= tables->groups[s->group].victim == hole;
    holes_remove(heap, tables, hole);
}

static inline void absorb_next(const struct heap *heap, struct tables *tables,
                               struct stretch *s)
{
    uint32_t next = s->unit + s->units;
    absorb(heap, tables, s, next);
    bits_clear_both(tables, next);
}

static inline void absorb_before(const struct heap *heap, struct tables *tables,
                                 struct stretch *s, uint32_t before)
{
    absorb(heap, tables, s, before);
    bits_clear_both(tables, s->unit);
    bits_clear_hole(tables, s->unit - 1);
    bits_set_hole(tables, before); /* that may have been one unit */
    s->unit = before;
}

/* Whether a hole may become part of the group's new victim. */
static bool may_join(const struct heap *heap, uint32_t hole, uint32_t group)
{
    uint32_t other = hole_of(heap, hole)->group;
    return other == group || tables_of(heap)->groups[other].victim != hole;
}

/* The bits of a new area; sets *s to what of it and its neighbours is free. */
static void lay_out(struct heap *heap, uint32_t block, uint32_t units,
                    struct stretch *s)
{
    const struct tables *tables = tables_of(heap);
    uint32_t next = block + units, unit = block;
    if (bits_is_start(tables, block - 1)) {
        unit--; /* the end mark of an area before */
    } else {
        *word_of(heap, block) &= FLAGS;
        bits_set_both(tables, block);
    }
    if (!bits_is_start(tables, next)) {
        bits_set_both(tables, --next);
        mark_end(heap, next, s->group);
    }
    s->unit = unit;
    s->units = next - unit;
}

bool my_area_make(struct heap *heap, uint32_t block, uint32_t units,
                  uint32_t group)
{
    if (!my_bits_provide(tables_of(heap), block, block + units - 1)) {
        my_block_give(heap, block, units);
        return false;
    }
    struct tables *tables = tables_of(heap);
    struct stretch s = {.group = group};
    lay_out(heap, block, units, &s);
    uint32_t next = s.unit + s.units,
             before = hole_before(heap, tables, s.unit);
    if (bits_is_hole(tables, next) && !area_ends(heap, next) &&
        may_join(heap, next, group)) {
        absorb_next(heap, tables, &s);
    }
    if (before != 0 && may_join(heap, before, group)) {
        absorb_before(heap, tables, &s, before);
    }
    hole_close(heap, tables, s.unit, s.units);
    holes_offer(heap, tables, s.unit, s.units, group);
    return true;
}

uint32_t my_area_room_at_top(const struct heap *heap, uint32_t group)
{
    uint32_t end = root_of(heap)->top - 1;
    if (!bits_is_start(tables_of(heap), end) ||
        hole_of(heap, end)->group != group) {
        return 0;
    }
    uint32_t victim = tables_of(heap)->groups[group].victim;
    uint32_t room = group_room(heap, &tables_of(heap)->groups[group]);
    return victim + room == end ? 1 + room : 1;
}

bool my_area_extend(struct heap *heap, uint32_t group, uint32_t units)
{
    struct tables *tables = tables_of(heap);
    uint32_t victim = tables->groups[group].victim;
    struct hole hole = *hole_of(heap, victim);
    uint32_t end = victim + hole.units, moved = end + units;
    if (!my_bits_provide(tables, end, moved)) {
        return false;
    }
    if (!my_block_extend(heap, end + 1, units)) {
        my_bits_withdraw(tables, end, moved);
        return false;
    }
    bits_clear_both(tables, end);
    bits_clear_hole(tables, end - 1);
    bits_set_hole(tables, victim); /* that may have been one unit */
    hole_of(heap, victim)->units = (hole.units + units) & 0xffffff;
    hole_close(heap, tables, victim, hole.units + units);
    bits_set_both(tables, moved);
    mark_end(heap, moved, group);
    return true;
}

/* Takes a hole's bits away and makes its units a free block. */
static void leave(struct heap *heap, uint32_t unit, uint32_t units,
                  bool at_front, bool at_end)
{
    struct tables *tables = tables_of(heap);
    uint32_t group = hole_of(heap, unit)->group;
    uint32_t next = unit + units, block = unit;
    if (units > 1) {
        bits_clear_hole(tables, next - 1);
    }
    if (at_front) {
        bits_clear_both(tables, unit);
    } else {
        mark_end(heap, unit, group);
        *word_of(heap, ++block) = AREA_WORD;
    }
    if (at_end) {
        bits_clear_both(tables, next++);
    } else {
        *word_of(heap, next) = AREA_WORD;
    }
    my_bits_withdraw(tables, unit, next - 1);
    *word_of(heap, block) |= (next - block) << SIZE_SHIFT;
    my_block_give(heap, block, next - block);
}

void my_area_free(struct heap *heap, uint32_t unit, uint32_t units,
                  uint32_t group)
{
    struct tables *tables = tables_of(heap);
    struct stretch s = {unit, units, group, false};
    uint32_t next = unit + units, before = hole_before(heap, tables, unit);
    if (bits_is_hole(tables, next) && !area_ends(heap, next)) {
        absorb_next(heap, tables, &s);
        next = s.unit + s.units;
    }
    if (before != 0) {
        absorb_before(heap, tables, &s, before);
    } else {
        bits_set_hole(tables, unit);
    }
    bool at_end = bits_is_hole(tables, next) && area_ends(heap, next);
    uint32_t most = s.has_victim ? MOST_HOLE_UNITS : LEAVE_UNITS - 1;
    if (s.units > most || (at_end && is_front(heap, s.unit))) {
        hole_of(heap, s.unit)->group = s.group & 255;
        leave(heap, s.unit, s.units, is_front(heap, s.unit), at_end);
        return;
    }
    hole_close(heap, tables, s.unit, s.units);
    if (s.has_victim) {
        holes_offer(heap, tables, s.unit, s.units, s.group);
    } else {
        holes_insert(heap, tables, s.unit, s.units, s.group);
    }
}

bool my_area_trim(struct heap *heap, uint32_t group)
{
    uint32_t unit = tables_of(heap)->groups[group].victim;
    if (unit == 0) {
        return false;
    }
    uint32_t units = hole_of(heap, unit)->units;
    struct tables *tables = tables_of(heap);
    uint32_t next = unit + units;
    bool at_front = is_front(heap, unit);
    bool at_end = bits_is_hole(tables, next) && area_ends(heap, next);
    if (units < 2 && !at_front && !at_end) {
        return false;
    }
    holes_remove(heap, tables, unit);
    leave(heap, unit, units, at_front, at_end);
    return true;
}
