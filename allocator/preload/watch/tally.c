/*
 * tally.c -- counting, and the table (tally.h).
 *
 * Internal fragmentation is what live blocks have beyond what was asked for,
 * in the policies' blocks and in mappings of their own; external is what is
 * free in the arenas, threads' caches included.
 */
#include "allocator/preload/watch/tally.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "allocator/preload/cache.h"
#include "allocator/preload/large.h"
#include "allocator/preload/message.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/survey.h"

static unsigned group_of(size_t size)
{
    unsigned log = TALLY_LEAST_LOG;
    while (log < TALLY_MOST_LOG && size > (size_t)1 << log) {
        log++;
    }
    return log - TALLY_LEAST_LOG;
}

static void count_up(struct tally_count *count)
{
    count->made++;
    count->live++;
    count->peak = count->live > count->peak ? count->live : count->peak;
}

void tally_add(struct tally *tally, size_t size)
{
    count_up(&tally->blocks);
    count_up(&tally->groups[group_of(size)]);
    tally->asked_bytes += size;
    tally->live_bytes += size;
    if (tally->live_bytes > tally->peak_bytes) {
        tally->peak_bytes = tally->live_bytes;
    }
}

void tally_remove(struct tally *tally, size_t size)
{
    tally->blocks.live--;
    tally->groups[group_of(size)].live--;
    tally->live_bytes -= size;
}

/* ---- the table ----------------------------------------------------------- */

#define NUMBER_ROOM 32

/* "1,234,567" in text, which is returned. */
static const char *number(uint64_t n, char text[NUMBER_ROOM])
{
    char *at = text + NUMBER_ROOM - 1;
    *at = '\0';
    for (int digits = 0; digits == 0 || n != 0; digits++, n /= 10) {
        if (digits != 0 && digits % 3 == 0) {
            *--at = ',';
        }
        *--at = (char)('0' + n % 10);
    }
    return at;
}

/* One line of up to three numbers. */
static void tell_row(const char *name, uint64_t a, uint64_t b, uint64_t c)
{
    char x[NUMBER_ROOM], y[NUMBER_ROOM], z[NUMBER_ROOM];
    message_tell("%-23s%18s%18s%18s\n", name, number(a, x), number(b, y),
                 number(c, z));
}

static void tell_one(const char *name, uint64_t n)
{
    char text[NUMBER_ROOM];
    message_tell("%-23s%18s\n", name, number(n, text));
}

/* "12.3%" of a whole, and what it is. */
static void tell_share(const char *name, uint64_t part, uint64_t whole,
                       const char *meaning)
{
    char text[NUMBER_ROOM];
    uint64_t permille = whole != 0 ? (1000 * part + whole / 2) / whole : 0;
    message_tell("%-23s%15s.%u%%  %s\n", name, number(permille / 10, text),
                 (unsigned)(permille % 10), meaning);
}

static void tell_calls(const struct tally *tally)
{
    static const char *const names[CALLS] = {"malloc",
                                             "calloc",
                                             "realloc",
                                             "reallocarray",
                                             "aligned_alloc",
                                             "posix_memalign",
                                             "memalign",
                                             "valloc",
                                             "pvalloc",
                                             "free",
                                             "cfree",
                                             "free_sized",
                                             "free_aligned_sized"};
    message_tell("\n%-23s%18s\n", "function", "calls");
    for (int i = 0; i < CALLS; i++) {
        if (tally->calls[i] != 0) {
            tell_one(names[i], tally->calls[i]);
        }
    }
    if (tally->refused != 0) {
        tell_one("refused", tally->refused);
    }
}

static void tell_memory(const struct tally *tally,
                        const struct heap_statistics *now)
{
    uint64_t used = now->used_bytes, live = tally->live_bytes;
    size_t in_arenas = now->footprint_bytes - now->mapped_bytes;
    message_tell("\n%-23s%18s%18s%18s\n", "memory", "bytes", "blocks",
                 "blocks at most");
    tell_row("live", live, tally->blocks.live, tally->blocks.peak);
    tell_one("  at most", tally->peak_bytes);
    tell_one("asked for in all", tally->asked_bytes);
    tell_one("footprint", now->footprint_bytes);
    tell_one("  at most", survey_peak());
    tell_one("  tables in it", now->metadata_bytes);
    tell_share("internal fragmentation", used > live ? used - live : 0, used,
               "of the bytes in use, not asked for");
    tell_share("external fragmentation", now->free_bytes - now->retired_bytes,
               in_arenas, "of the arenas is free");
}

static void tell_traffic(void)
{
    struct cache_totals caches;
    cache_count_all(&caches);
    message_tell("\n%-23s%18s\n", "threads' caches", "calls");
    tell_one("allocations", caches.allocations);
    tell_share("  hits", caches.allocations - caches.fills, caches.allocations,
               "needed no arena");
    tell_one("frees", caches.frees);
    tell_share("  hits", caches.frees - caches.returns, caches.frees,
               "likewise");
    message_tell("\n%-23s%18s\n", "system calls", "calls");
    tell_one("arenas", survey_system_calls());
    tell_one("mmap of a block", large_totals.made);
    tell_one("mremap of a block", large_totals.resized);
    tell_one("munmap of a block", large_totals.ended);
}

static void tell_groups(const struct tally *tally)
{
    char least[NUMBER_ROOM], most[NUMBER_ROOM], name[2 * NUMBER_ROOM + 8];
    message_tell("\n%-23s%18s%18s%18s\n", "bytes asked for", "blocks in all",
                 "live", "live at most");
    for (unsigned g = 0; g < TALLY_GROUPS; g++) {
        const struct tally_count *group = &tally->groups[g];
        unsigned log = g + TALLY_LEAST_LOG;
        snprintf(name, sizeof name, "%9s %s %9s",
                 number(g != 0 ? ((uint64_t)1 << (log - 1)) + 1 : 0, least),
                 log < TALLY_MOST_LOG ? "to" : "and more",
                 log < TALLY_MOST_LOG ? number((uint64_t)1 << log, most) : "");
        if (group->made != 0) {
            tell_row(name, group->made, group->live, group->peak);
        }
    }
}

void tally_print(const struct tally *tally)
{
    struct heap_statistics now;
    survey_count(&now);
    message_tell("malloc statistics of %s, process %d, policy %s\n",
                 program_invocation_short_name, (int)getpid(),
                 settings.choice.policy->name);
    tell_calls(tally);
    tell_memory(tally, &now);
    tell_groups(tally);
    tell_traffic();
}
