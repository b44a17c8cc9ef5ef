/*
 * record.c -- an array, chains by hash, and a queue (record.h).
 */
#include "allocator/preload/debug/record.h"

#include <inttypes.h>

#include "allocator/preload/debug/room.h"

#define HEAD_BITS 20

struct record_totals record_totals;

static struct {
    uint32_t heads[(size_t)1 << HEAD_BITS];
    struct record *all; /* [0] is unused: 0 ends chains */
    size_t used;
    struct room room;          /* of all */
    struct room sorted;        /* pointers to them, for a while */
    uint32_t unused;           /* records given back */
    uint32_t process;          /* forks between the first process and this */
    uint32_t oldest, youngest; /* the queue */
} table;

void record_open(void)
{
    room_open(&table.room, RECORDS_MOST * sizeof *table.all);
    room_open(&table.sorted, RECORDS_MOST * sizeof(struct record *));
    table.all = (struct record *)table.room.start;
    table.used = 1;
}

static uint32_t *head_of(const void *payload)
{
    uint64_t mixed = (uintptr_t)payload * 0x9e3779b97f4a7c15;
    return &table.heads[mixed >> (64 - HEAD_BITS)];
}

static uint32_t number_of(const struct record *record)
{
    return (uint32_t)(record - table.all);
}

struct record *record_new(void)
{
    struct record *record = NULL;
    if (table.unused != 0) {
        record = &table.all[table.unused];
        table.unused = record->next;
    } else if (room_grow(&table.room, (table.used + 1) * sizeof *record)) {
        record = &table.all[table.used++];
    }
    if (record != NULL) {
        *record = (struct record){.process = table.process};
    }
    return record;
}

void record_unused(struct record *record)
{
    record->payload = NULL;
    record->next = table.unused;
    table.unused = number_of(record);
}

void record_add(struct record *record)
{
    uint32_t *head = head_of(record->payload);
    record->next = *head;
    *head = number_of(record);
    record->live = true;
    record_totals.allocations++;
    record_totals.live_blocks++;
    record_totals.live_bytes += record->size;
}

/* An address has one live block at most, which is the younger one. */
struct record *record_find(const void *payload)
{
    uint32_t at = *head_of(payload);
    while (at != 0 && table.all[at].payload != payload) {
        at = table.all[at].next;
    }
    return at != 0 ? &table.all[at] : NULL;
}

void record_disown(void)
{
    table.process++;
}

bool record_is_own(const struct record *record)
{
    return record->process == table.process;
}

intptr_t record_distance(const struct record *record, const void *address)
{
    uintptr_t offset = (uintptr_t)address - (uintptr_t)record->payload;
    if ((uintptr_t)address < (uintptr_t)record->payload) {
        return (intptr_t)offset;
    }
    return offset < record->size ? 0 : (intptr_t)(offset - record->size) + 1;
}

struct record *record_near(const void *address, intptr_t *distance)
{
    struct record *nearest = NULL;
    for (size_t i = 1; i < table.used; i++) {
        struct record *record = &table.all[i];
        intptr_t now = record_distance(record, address);
        if (record->payload != NULL &&
            (nearest == NULL || imaxabs(now) < imaxabs(*distance))) {
            nearest = record;
            *distance = now;
        }
    }
    return nearest;
}

void record_retire(struct record *record, size_t held_bytes)
{
    record->held_bytes = held_bytes;
    record->live = false;
    record->younger = 0;
    if (table.oldest == 0) {
        table.oldest = number_of(record);
    } else {
        table.all[table.youngest].younger = number_of(record);
    }
    table.youngest = number_of(record);
    record_totals.frees++;
    record_totals.live_blocks--;
    record_totals.live_bytes -= record->size;
    record_totals.freed_blocks++;
    record_totals.held_bytes += held_bytes;
}

struct record *record_oldest(void)
{
    return table.oldest != 0 ? &table.all[table.oldest] : NULL;
}

void record_drop_oldest(void)
{
    struct record *record = record_oldest();
    uint32_t *link = head_of(record->payload);
    while (*link != table.oldest) {
        link = &table.all[*link].next;
    }
    *link = record->next;
    table.oldest = record->younger;
    record_totals.freed_blocks--;
    record_totals.held_bytes -= record->held_bytes;
    record_unused(record);
}

/* ---- in the order of addresses ------------------------------------------- */

/* Lets the element at the root of a heap of n sink to its place. */
static void sift(struct record **heap, size_t root, size_t n)
{
    struct record *moving = heap[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && heap[child]->payload < heap[child + 1]->payload) {
            child++;
        }
        if (heap[child]->payload <= moving->payload) {
            break;
        }
        heap[root] = heap[child];
    }
    heap[root] = moving;
}

/* In place: the C library's qsort allocates. */
static void heapsort(struct record **array, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) {
        sift(array, i, n);
    }
    for (size_t last = n; last-- > 1;) {
        struct record *largest = array[0];
        array[0] = array[last];
        array[last] = largest;
        sift(array, 0, last);
    }
}

struct record **record_sort(size_t *n)
{
    *n = 0;
    if (!room_grow(&table.sorted, table.used * sizeof(struct record *))) {
        return NULL;
    }
    struct record **sorted = (struct record **)table.sorted.start;
    for (size_t i = 1; i < table.used; i++) {
        if (table.all[i].payload != NULL) {
            sorted[(*n)++] = &table.all[i];
        }
    }
    heapsort(sorted, *n);
    return sorted;
}

void record_release_sorted(void)
{
    room_empty(&table.sorted);
}
