/*
 * ledger.c -- linear probing over pages from the system (ledger.h).
 */
#include "allocator/preload/watch/ledger.h"

#include <sys/mman.h>

#define FIRST_ROOM ((size_t)1 << 12)

static size_t place_of(const struct ledger *ledger, const void *payload)
{
    uint64_t mixed = (uintptr_t)payload / 16 * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 20) & (ledger->room - 1);
}

static void insert(struct ledger *ledger, struct ledger_entry entry)
{
    size_t i = place_of(ledger, entry.payload);
    while (ledger->entries[i].payload != NULL) {
        i = (i + 1) & (ledger->room - 1);
    }
    ledger->entries[i] = entry;
    ledger->n++;
}

static bool enlarge(struct ledger *ledger)
{
    struct ledger old = *ledger;
    size_t room = old.room != 0 ? 2 * old.room : FIRST_ROOM;
    void *entries =
        mmap(NULL, room * sizeof *old.entries, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (entries == MAP_FAILED) {
        return false;
    }
    *ledger = (struct ledger){.entries = entries, .room = room};
    for (size_t i = 0; i < old.room; i++) {
        if (old.entries[i].payload != NULL) {
            insert(ledger, old.entries[i]);
        }
    }
    if (old.room != 0) {
        munmap(old.entries, old.room * sizeof *old.entries);
    }
    return true;
}

bool ledger_add(struct ledger *ledger, struct ledger_entry entry)
{
    if (2 * (ledger->n + 1) > ledger->room && !enlarge(ledger)) {
        return false;
    }
    insert(ledger, entry);
    return true;
}

struct ledger_entry *ledger_find(const struct ledger *ledger,
                                 const void *payload)
{
    if (ledger->room == 0) {
        return NULL;
    }
    size_t i = place_of(ledger, payload);
    while (ledger->entries[i].payload != NULL) {
        if (ledger->entries[i].payload == payload) {
            return &ledger->entries[i];
        }
        i = (i + 1) & (ledger->room - 1);
    }
    return NULL;
}

void ledger_remove(struct ledger *ledger, struct ledger_entry *entry)
{
    size_t mask = ledger->room - 1;
    size_t hole = (size_t)(entry - ledger->entries);
    for (size_t i = (hole + 1) & mask; ledger->entries[i].payload != NULL;
         i = (i + 1) & mask) {
        size_t home = place_of(ledger, ledger->entries[i].payload);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            ledger->entries[hole] = ledger->entries[i];
            hole = i;
        }
    }
    ledger->entries[hole] = (struct ledger_entry){0};
    ledger->n--;
}
