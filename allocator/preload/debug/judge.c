/*
 * judge.c -- finds the words for what happened to a block (judge.h).
 */
#include "allocator/preload/debug/judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "allocator/heap/heap.h"
#include "allocator/preload/debug/fill.h"
#include "allocator/preload/debug/maps.h"
#include "allocator/preload/debug/place.h"
#include "allocator/preload/debug/report.h"
#include "allocator/preload/debug/room.h"

/* ---- payloads ------------------------------------------------------------ */

static const char *state(const struct record *record)
{
    return record->live ? "live" : "freed";
}

static const char *plural(intmax_t n)
{
    return n == 1 ? "" : "s";
}

/* Writes where an address lies that is no block of ours. */
static void describe_foreign(const void *address, char text[REPORT_TEXT])
{
    struct mapping mapping;
    if (!maps_find(address, &mapping)) {
        snprintf(text, REPORT_TEXT, "nothing is mapped there");
    } else if (mapping.path[0] == '/') {
        snprintf(text, REPORT_TEXT,
                 "no block: it lies in static data of %.150s",
                 maps_name(&mapping));
    } else if (mapping.path[0] == '[') {
        snprintf(text, REPORT_TEXT, "no block: it lies in %.100s",
                 mapping.path);
    } else {
        snprintf(text, REPORT_TEXT, "no block: malloc did not return it");
    }
}

/*
 * "5 bytes behind the end of the block of 64 bytes at 0x1050";
 * distance is that of record_near.
 */
static const char *relation(const struct record *record, intptr_t distance,
                            const void *address, char text[REPORT_TEXT])
{
    char block[80];
    intptr_t inside = (intptr_t)address - (intptr_t)record->payload;
    report_block(record, block);
    if (distance == -1 || distance == 1) {
        snprintf(text, REPORT_TEXT, "right %s %s",
                 distance < 0 ? "before" : "behind", block);
    } else if (distance != 0) {
        snprintf(text, REPORT_TEXT, "%jd bytes %s %s",
                 distance < 0 ? -(intmax_t)distance : (intmax_t)distance - 1,
                 distance < 0 ? "before" : "behind the end of", block);
    } else if (inside == 0) {
        snprintf(text, REPORT_TEXT, "at the beginning of %s", block);
    } else {
        snprintf(text, REPORT_TEXT, "%jd byte%s into %s", (intmax_t)inside,
                 plural(inside), block);
    }
    return text;
}

/* Writes where an address lies that begins no block; the block, if any. */
static const struct record *describe_place(const void *address,
                                           char text[REPORT_TEXT])
{
    intptr_t distance = 0;
    const struct record *near = record_near(address, &distance);
    if (near == NULL ||
        (uintptr_t)address - (uintptr_t)near->start >= near->bytes) {
        describe_foreign(address, text);
        return NULL;
    }
    char where[REPORT_TEXT];
    snprintf(text, REPORT_TEXT, "%.200s, which is %s",
             relation(near, distance, address, where), state(near));
    return near;
}

struct record *judge_payload(const void *payload, enum judge_use use,
                             const struct stack *now)
{
    static const char *const invalid[] = {"invalid free", "invalid realloc",
                                          "invalid malloc_usable_size"};
    struct record *record = record_find(payload);
    if (record != NULL && record->live) {
        return record;
    }
    struct report report = {.address = payload, .block = record, .now = now};
    if (record != NULL) {
        char block[80];
        report.what = use == JUDGE_FREE ? "double free" : "use after free";
        snprintf(report.text, sizeof report.text, "%s was freed before",
                 report_block(record, block));
    } else {
        report.what = invalid[use];
        report.block = describe_place(payload, report.text);
    }
    report_tell(&report);
    return NULL;
}

/* What any block has is no claim. */
static size_t claimed(size_t alignment)
{
    return alignment > HEAP_ALIGNMENT ? alignment : 0;
}

bool judge_claim(const struct record *record, size_t alignment, size_t size,
                 const struct stack *now)
{
    char block[80];
    struct report report = {
        .address = record->payload, .block = record, .now = now};
    if (size != record->size) {
        report.what = "wrong size in free";
        snprintf(report.text, sizeof report.text,
                 "%s was freed as one of %zu bytes",
                 report_block(record, block), size);
    } else if (claimed(alignment) != claimed(record->alignment)) {
        report.what = "wrong alignment in free";
        snprintf(report.text, sizeof report.text,
                 "%s was allocated with alignment %zu and freed with %zu "
                 "(0: none)",
                 report_block(record, block), claimed(record->alignment),
                 claimed(alignment));
    } else {
        return true;
    }
    report_tell(&report);
    return false;
}

/* ---- bytes --------------------------------------------------------------- */

/* nearest: of the changed bytes the one that is nearest to the payload. */
static bool tell_damage(const struct record *record, const char *what,
                        const struct fill_damage *damage,
                        const unsigned char *nearest, const struct stack *now)
{
    char where[REPORT_TEXT];
    struct report report = {
        .what = what, .address = damage->address, .block = record, .now = now};
    snprintf(report.text, sizeof report.text,
             "%zu byte%s changed %.150s: expected 0x%02x, found 0x%02x",
             damage->bytes, plural((intmax_t)damage->bytes),
             relation(record, record_distance(record, nearest), nearest, where),
             damage->expected, damage->found);
    report_tell(&report);
    return false;
}

static bool judge_before(const struct record *record, const struct stack *now)
{
    struct fill_damage damage;
    return fill_check_before(record, &damage) ||
           tell_damage(record, "underrun", &damage,
                       damage.address + damage.bytes - 1, now);
}

static bool judge_behind(const struct record *record, const struct stack *now)
{
    struct fill_damage damage;
    return fill_check_behind(record, &damage) ||
           tell_damage(record, "overrun", &damage, damage.address, now);
}

static bool judge_freed(const struct record *record, const struct stack *now)
{
    struct fill_damage damage;
    return record->live || fill_check_freed(record, &damage) ||
           tell_damage(record, "write after free", &damage, damage.address,
                       now);
}

bool judge_bytes(struct record *record, const struct stack *now)
{
    if (!record->live && place_has_pages(record)) {
        return true; /* inaccessible since it was freed */
    }
    if (!record->told) {
        bool before = judge_before(record, now);
        bool behind = judge_behind(record, now);
        bool freed = judge_freed(record, now);
        record->told = !before || !behind || !freed;
    }
    return !record->told;
}

/* ---- faults -------------------------------------------------------------- */

void judge_fault(const void *address, const char *how, const struct stack *now)
{
    intptr_t distance = 0;
    char where[REPORT_TEXT];
    struct report report = {
        .what = "use after free", .address = address, .now = now};
    const struct record *near = record_near(address, &distance);
    if (near != NULL && imaxabs(distance) <= (intptr_t)ROOM_PAGE) {
        report.block = near;
        if (near->live) {
            report.what = distance < 0 ? "underrun" : "overrun";
        }
        snprintf(report.text, sizeof report.text, "a %s %.200s, which is %s",
                 how, relation(near, distance, address, where), state(near));
    } else {
        snprintf(report.text, sizeof report.text,
                 "a %s far from any block, or of one freed long ago", how);
    }
    report_tell(&report);
}
