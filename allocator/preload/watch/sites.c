/*
 * sites.c -- a table of sites and one of samples (sites.h).
 *
 * Beside the samples' table lies a filter: how many samples have each hash of
 * 16 bits.  Most blocks are no samples, and a free of such a block reads one
 * byte of it.
 */
#include "allocator/preload/watch/sites.h"

#include <stdatomic.h>

#include "allocator/preload/debug/room.h"
#include "allocator/preload/watch/ledger.h"

enum { HEADS = 1 << 12, FILTER = 1 << 16, FULL = 255 };

#define SITES_MOST ((size_t)1 << 24)

static struct {
    struct site *sites; /* [0] is unused */
    size_t used;
    struct room room;
    uint32_t heads[HEADS];
    struct ledger samples;       /* number: index of the site */
    atomic_uchar filter[FILTER]; /* stays FULL once there */
} table;

void sites_open(void)
{
    stack_open();
    room_open(&table.room, SITES_MOST * sizeof *table.sites);
    table.sites = (struct site *)table.room.start;
    table.used = 1;
}

static atomic_uchar *filter_of(const void *payload)
{
    uint64_t mixed = (uintptr_t)payload / 16 * UINT64_C(0x9e3779b97f4a7c15);
    return &table.filter[mixed >> 48];
}

/* The site of a stack; 0 when there is no room. */
static uint32_t site_of(uint32_t stack)
{
    uint32_t *head = &table.heads[stack % HEADS];
    for (uint32_t i = *head; i != 0; i = table.sites[i].next) {
        if (table.sites[i].stack == stack) {
            return i;
        }
    }
    if (!room_grow(&table.room, (table.used + 1) * sizeof *table.sites)) {
        return 0;
    }
    table.sites[table.used] = (struct site){.stack = stack, .next = *head};
    return *head = (uint32_t)table.used++;
}

void sites_add(const struct stack *stack, const void *payload, size_t size)
{
    uint32_t index = site_of(stack_note(stack));
    struct ledger_entry entry = {payload, size, index};
    if (index == 0 || !ledger_add(&table.samples, entry)) {
        return;
    }
    atomic_uchar *filter = filter_of(payload);
    if (atomic_load_explicit(filter, memory_order_relaxed) != FULL) {
        atomic_fetch_add_explicit(filter, 1, memory_order_relaxed);
    }
    struct site *site = &table.sites[index];
    site->live.blocks++;
    site->live.bytes += size;
    site->all.blocks++;
    site->all.bytes += size;
}

void sites_remove(const void *payload)
{
    struct ledger_entry *entry = ledger_find(&table.samples, payload);
    if (entry == NULL) {
        return;
    }
    struct site *site = &table.sites[entry->number];
    site->live.blocks--;
    site->live.bytes -= entry->size;
    ledger_remove(&table.samples, entry);
    atomic_uchar *filter = filter_of(payload);
    if (atomic_load_explicit(filter, memory_order_relaxed) != FULL) {
        atomic_fetch_sub_explicit(filter, 1, memory_order_relaxed);
    }
}

bool sites_may_have(const void *payload)
{
    return atomic_load_explicit(filter_of(payload), memory_order_relaxed) != 0;
}

struct site *sites_all(void)
{
    return table.sites + 1;
}

size_t sites_count(void)
{
    return table.used - 1;
}

struct site sites_total(void)
{
    struct site total = {0};
    for (size_t i = 1; i < table.used; i++) {
        const struct site *site = &table.sites[i];
        total.live.blocks += site->live.blocks;
        total.live.bytes += site->live.bytes;
        total.all.blocks += site->all.blocks;
        total.all.bytes += site->all.bytes;
    }
    return total;
}
