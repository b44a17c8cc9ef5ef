/*
 * fill.c -- three byte values, written and verified (fill.h).
 */
#include "allocator/preload/debug/fill.h"

#include <string.h>

#include "allocator/preload/debug/place.h"
#include "allocator/preload/settings.h"

static unsigned char guard = 0xfa, fresh = 0xcb, dead = 0xdd;

/* Source: Steele, Lea, Flood, SplitMix64 (OOPSLA 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* Odd, with the highest bit, and not 0xff. */
static unsigned char value_of(uint64_t *state)
{
    return (unsigned char)(0x81 | (next_random(state) % 63 << 1));
}

void fill_open(void)
{
    uint64_t state = settings.seed;
    if (settings.seeded) {
        guard = value_of(&state);
        fresh = value_of(&state);
        dead = value_of(&state);
    }
}

/* The first byte of the guard that is written before the payload. */
static unsigned char *front(const struct record *record)
{
    size_t room = (size_t)(record->payload - record->start);
    return record->payload - (room < FILL_GUARD ? room : FILL_GUARD);
}

static unsigned char *back(const struct record *record)
{
    return record->payload + record->size;
}

static size_t back_bytes(const struct record *record)
{
    return (size_t)(place_end(record) - back(record));
}

void fill_new(const struct record *record)
{
    unsigned char *first = front(record);
    memset(first, guard, (size_t)(record->payload - first));
    memset(record->payload, fresh, record->size);
    memset(back(record), guard, back_bytes(record));
}

void fill_freed(const struct record *record)
{
    memset(record->payload, dead, record->size);
}

static bool is_filled(const unsigned char *bytes, size_t n, unsigned char with)
{
    return n == 0 || (bytes[0] == with && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static bool check(const unsigned char *bytes, size_t n, unsigned char with,
                  struct fill_damage *damage)
{
    if (is_filled(bytes, n, with)) {
        return true;
    }
    size_t first = 0, last = n - 1;
    while (bytes[first] == with) {
        first++;
    }
    while (bytes[last] == with) {
        last--;
    }
    *damage = (struct fill_damage){.address = bytes + first,
                                   .bytes = last - first + 1,
                                   .expected = with,
                                   .found = bytes[first]};
    return false;
}

bool fill_check_before(const struct record *record, struct fill_damage *damage)
{
    const unsigned char *first = front(record);
    return check(first, (size_t)(record->payload - first), guard, damage);
}

bool fill_check_behind(const struct record *record, struct fill_damage *damage)
{
    return check(back(record), back_bytes(record), guard, damage);
}

bool fill_check_freed(const struct record *record, struct fill_damage *damage)
{
    return check(record->payload, record->size, dead, damage);
}
