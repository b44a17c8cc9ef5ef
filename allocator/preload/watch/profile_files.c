/*
 * profile_files.c -- the profile for tools, and the list for people
 * (profile_files.h).
 */
#include "allocator/preload/watch/profile_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocator/preload/debug/symbols.h"
#include "allocator/preload/message.h"
#include "allocator/preload/settings.h"
#include "allocator/preload/watch/file.h"
#include "allocator/preload/watch/sites.h"

enum { SITES_TOLD = 20, FRAMES_TOLD = 6 };

/* One file at a time, under the profile's lock. */
static struct file_out out;

static void close_file(void)
{
    int problem = file_out_close(&out);
    if (problem != 0) {
        message_tell("warning: MALLOC_PROFILE: %.600s: %s\n", out.path,
                     strerrordesc_np(problem));
    }
}

/* ---- for tools ----------------------------------------------------------- */

static void put_counts(const struct site *site)
{
    file_out_print(&out, "%6ju: %8ju [%6ju: %8ju] @",
                   (uintmax_t)site->live.blocks, (uintmax_t)site->live.bytes,
                   (uintmax_t)site->all.blocks, (uintmax_t)site->all.bytes);
}

/*
 * Frames are the addresses of calls.  Readers expect return addresses and go
 * back by one from all but the innermost.
 */
static void put_stack(uint32_t number)
{
    struct stack stack;
    stack_get(number, &stack);
    for (unsigned i = 0; i < stack.n; i++) {
        file_out_print(&out, " 0x%jx",
                       (uintmax_t)(stack.frames[i] + (i != 0 ? 1 : 0)));
    }
    file_out_print(&out, "\n");
}

static void write_samples(const char *path)
{
    struct site total = sites_total();
    file_out_open(&out, path);
    file_out_print(&out, "heap profile: ");
    put_counts(&total);
    file_out_print(&out, " heap_v2/%zu\n", settings.profile_bytes);
    for (size_t i = 0; i < sites_count(); i++) {
        put_counts(&sites_all()[i]);
        put_stack(sites_all()[i].stack);
    }
    file_out_print(&out, "\nMAPPED_LIBRARIES:\n");
    file_out_copy(&out, "/proc/self/maps");
    close_file();
}

/* ---- for people ---------------------------------------------------------- */

/* 1 - exp(-x), by (1 - x/2^20)^(2^20); x >= 0. */
static double chance(double x)
{
    double power = 1 - x / 1048576;
    for (int i = 0; i < 20; i++) {
        power *= power;
    }
    return x < 50 ? 1 - power : 1;
}

/* What the samples of a site stand for. */
static struct site_count estimate(struct site_count samples)
{
    if (samples.blocks == 0) {
        return samples;
    }
    double mean = (double)samples.bytes / (double)samples.blocks;
    double noted = chance(mean / (double)settings.profile_bytes);
    double factor = noted > 0 ? 1 / noted : 1;
    return (struct site_count){(uint64_t)((double)samples.blocks * factor),
                               (uint64_t)((double)samples.bytes * factor)};
}

struct telling {
    int left; /* frames */
};

static void tell_frame(void *context, const char *function, const char *place)
{
    struct telling *telling = context;
    if (telling->left > 0) {
        file_out_print(&out, "        %s%s%s\n", function,
                       *place != '\0' ? "  " : "", place);
        telling->left = strcmp(function, "main") == 0 ? 0 : telling->left - 1;
    }
}

static void tell_site(int rank, const struct site *site, uint64_t all_bytes)
{
    struct site_count all = estimate(site->all), live = estimate(site->live);
    uint64_t permille = all_bytes != 0 ? 1000 * all.bytes / all_bytes : 0;
    struct telling telling = {FRAMES_TOLD};
    struct stack stack;
    file_out_print(&out, "%2d. %15ju %11ju %4ju.%ju%% %15ju %11ju\n", rank,
                   (uintmax_t)all.bytes, (uintmax_t)all.blocks,
                   (uintmax_t)permille / 10, (uintmax_t)permille % 10,
                   (uintmax_t)live.bytes, (uintmax_t)live.blocks);
    stack_get(site->stack, &stack);
    for (unsigned i = 0; i < stack.n && telling.left > 0; i++) {
        symbols_name(stack.frames[i], tell_frame, &telling);
    }
}

/* The sites with most bytes come first, as many as are told. */
static size_t select_sites(void)
{
    struct site *sites = sites_all();
    size_t n = sites_count();
    size_t told = n < SITES_TOLD ? n : SITES_TOLD;
    for (size_t i = 0; i < told; i++) {
        size_t best = i;
        for (size_t j = i + 1; j < n; j++) {
            if (estimate(sites[j].all).bytes >
                estimate(sites[best].all).bytes) {
                best = j;
            }
        }
        struct site site = sites[i];
        sites[i] = sites[best];
        sites[best] = site;
    }
    return told;
}

static uint64_t estimate_all(void)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < sites_count(); i++) {
        bytes += estimate(sites_all()[i].all).bytes;
    }
    return bytes;
}

static void write_list(const char *path)
{
    char name[PATH_MAX];
    uint64_t all_bytes = estimate_all();
    size_t told = select_sites();
    snprintf(name, sizeof name, "%.*s.txt", PATH_MAX - 5, path);
    file_out_open(&out, name);
    file_out_print(&out,
                   "malloc profile of %s, process %d: %ju samples, one in %zu "
                   "bytes\n\nestimated      bytes      blocks   share"
                   "      live bytes      blocks\n",
                   program_invocation_short_name, (int)getpid(),
                   (uintmax_t)sites_total().all.blocks, settings.profile_bytes);
    symbols_open();
    for (size_t i = 0; i < told; i++) {
        tell_site((int)i + 1, &sites_all()[i], all_bytes);
    }
    symbols_close();
    close_file();
}

/* The list comes last: it changes the order of sites. */
void profile_write(const char *path)
{
    write_samples(path);
    write_list(path);
}
