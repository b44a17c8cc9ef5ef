/*
 * exports_survey.c -- the functions that tell and tune: glibc's own
 * (malloc_stats, malloc_info, mallinfo, mallinfo2, mallopt, malloc_trim) and
 * those of allocator.h.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#include "allocator/include/allocator.h"
#include "allocator/preload/cache.h"
#include "allocator/preload/debug/debug.h"
#include "allocator/preload/debug/report.h"
#include "allocator/preload/export.h"
#include "allocator/preload/large.h"
#include "allocator/preload/message.h"
#include "allocator/preload/perturb.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/survey.h"

EXPORT int malloc_trim(size_t pad)
{
    (void)pad;
    if (cache_get() == NULL) {
        return 0;
    }
    int error = errno;
    cache_flush();
    int released = arenas_trim();
    errno = error;
    return released;
}

EXPORT void heap_stats(struct heap_statistics *statistics)
{
    cache_get();
    if (settings.debug != DEBUG_OFF) {
        debug_count(statistics);
    } else {
        survey_count(statistics);
    }
}

EXPORT int heap_check(void)
{
    struct policy_fault fault;
    cache_get();
    if (survey_check(&fault) == 0) {
        return settings.debug != DEBUG_OFF ? debug_check() : 0;
    }
    message_tell("error: heap check: %s at 0x%jx: %s\n", fault.rule,
                 (uintmax_t)(uintptr_t)fault.address, fault.detail);
    return -1;
}

static int print_block(void *context, const struct block_info *block)
{
    static const char *const kinds[] = {"USED", "FREE", "METADATA"};
    char address[REPORT_ADDRESS];
    (void)context;
    message_tell("[BLOCK %s %zu %s]\n", report_address(block->address, address),
                 block->bytes, kinds[block->kind]);
    return 0;
}

EXPORT void heap_dump(void)
{
    struct heap_statistics now;
    heap_stats(&now);
    if (settings.debug != DEBUG_OFF) {
        debug_dump();
        return;
    }
    survey_walk(print_block, NULL);
    if (now.mapped_blocks != 0) {
        message_tell("[MAPPED %zu bytes in %zu blocks]\n", now.mapped_bytes,
                     now.mapped_blocks);
    }
    message_tell("Summary: allocs=%ju frees=%ju\n", (uintmax_t)now.allocations,
                 (uintmax_t)now.frees);
}

EXPORT struct mallinfo2 mallinfo2(void)
{
    struct heap_statistics now;
    heap_stats(&now);
    return (struct mallinfo2){
        .arena = now.footprint_bytes - now.mapped_bytes,
        .ordblks = now.free_blocks,
        .hblks = now.mapped_blocks,
        .hblkhd = now.mapped_bytes,
        .uordblks = now.used_bytes - now.mapped_bytes,
        .fordblks = now.free_bytes - now.retired_bytes,
    };
}

/* Its members are too narrow; they wrap, as documented. */
EXPORT struct mallinfo mallinfo(void)
{
    struct mallinfo2 wide = mallinfo2();
    return (struct mallinfo){
        .arena = (int)wide.arena,
        .ordblks = (int)wide.ordblks,
        .hblks = (int)wide.hblks,
        .hblkhd = (int)wide.hblkhd,
        .uordblks = (int)wide.uordblks,
        .fordblks = (int)wide.fordblks,
    };
}

/* Ends with the lines that glibc ends with, which programs look for. */
EXPORT void malloc_stats(void)
{
    struct heap_statistics now;
    heap_stats(&now);
    message_tell("policy            %s\n"
                 "arenas            %zu\n"
                 "footprint bytes   %zu\n"
                 "used bytes        %zu in %zu blocks\n"
                 "free bytes        %zu in %zu blocks\n"
                 "  retired         %zu\n"
                 "metadata bytes    %zu\n"
                 "mapped bytes      %zu in %zu blocks\n",
                 settings.choice.policy->name, now.arenas, now.footprint_bytes,
                 now.used_bytes, now.used_blocks, now.free_bytes,
                 now.free_blocks, now.retired_bytes, now.metadata_bytes,
                 now.mapped_bytes, now.mapped_blocks);
    message_tell("Total (incl. mmap):\n"
                 "system bytes     = %10zu\n"
                 "in use bytes     = %10zu\n"
                 "max mmap regions = %10zu\n"
                 "max mmap bytes   = %10zu\n",
                 now.footprint_bytes, now.used_bytes,
                 atomic_load(&large_totals.peak_blocks),
                 atomic_load(&large_totals.peak_bytes));
}

/* The elements below malloc that glibc has, and a few more. */
EXPORT int malloc_info(int options, FILE *stream)
{
    if (options != 0) {
        errno = EINVAL;
        return -1;
    }
    struct heap_statistics now;
    heap_stats(&now);
    size_t arenas_bytes = now.footprint_bytes - now.mapped_bytes;
    size_t peak = survey_peak(); /* knows nothing of the debug mode's pages */
    int written = fprintf(
        stream,
        "<malloc version=\"1\">\n"
        "<policy name=\"%s\"/>\n<arenas count=\"%zu\"/>\n"
        "<total type=\"used\" count=\"%zu\" size=\"%zu\"/>\n"
        "<total type=\"fast\" count=\"0\" size=\"0\"/>\n"
        "<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n"
        "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n"
        "<system type=\"current\" size=\"%zu\"/>\n"
        "<system type=\"max\" size=\"%zu\"/>\n"
        "<aspace type=\"total\" size=\"%zu\"/>\n"
        "<aspace type=\"mprotect\" size=\"%zu\"/>\n</malloc>\n",
        settings.choice.policy->name, now.arenas, now.used_blocks,
        now.used_bytes, now.free_blocks, now.free_bytes, now.mapped_blocks,
        now.mapped_bytes, arenas_bytes,
        peak > arenas_bytes ? peak : arenas_bytes, arenas_bytes, arenas_bytes);
    return written >= 0 ? 0 : -1;
}

static void set_mmap_threshold(size_t bytes)
{
    atomic_store(&settings.mmap_threshold_bytes,
                 bytes > SETTINGS_THRESHOLD_LEAST ? bytes
                                                  : SETTINGS_THRESHOLD_LEAST);
}

/* Parameters that have no meaning here are accepted, where glibc does. */
EXPORT int mallopt(int parameter, int value)
{
    enum { MXFAST_MOST = 80 * sizeof(size_t) / 4 };
    cache_get();
    switch (parameter) {
    case M_MXFAST: return value >= 0 && value <= MXFAST_MOST;
    case M_TRIM_THRESHOLD:
        atomic_store(&settings.trim_threshold_bytes,
                     value < 0 ? SETTINGS_TRIM_NEVER : (size_t)value);
        return 1;
    case M_MMAP_THRESHOLD:
        if (value < 0 || (size_t)value > SETTINGS_THRESHOLD_MOST) {
            return 0;
        }
        set_mmap_threshold((size_t)value);
        return 1;
    case M_ARENA_MAX:
        atomic_store(&settings.arenas_most, value > 0 ? (unsigned)value : 0);
        return 1;
    case M_PERTURB: perturb_set((unsigned char)value); return 1;
    default: return 1;
    }
}
