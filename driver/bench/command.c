/*
 * command.c -- --pairs, --sizes and --threads (command.h).
 *
 *     [bench] work=pairs threads=1 calls=2000000 seconds=0.014 ns_per_call=7.1
 *
 * (one line, ending in peak_rss_kib=...).  ns_per_call is wall time by calls
 * of one thread: two threads that do not hinder each other show what one does.
 */
#include "driver/bench/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "driver/bench/load.h"

enum { FAILED = 1, USAGE = 2 };

#define SIZES_CALLS UINT64_C(4000000)
#define PAIRS_MOST  UINT64_C(1000000000000)

struct options {
    uint64_t pairs;
    const char *trace;
    uint64_t threads;
};

/* Decimal from 1 to most; 0: it is not. */
static uint64_t read_number(const char *text, uint64_t most)
{
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 &&
                   n <= most
               ? n
               : 0;
}

static int refuse(const char *expected, const char *got)
{
    fprintf(stderr, "bench_alloc: expected %s, got \"%s\" (see --help)\n",
            expected, got);
    return USAGE;
}

/* Takes one option with its value. */
static int read_option(struct options *options, const char *name,
                       const char *value)
{
    if (strcmp(name, "--sizes") == 0) {
        options->trace = value;
        return 0;
    }
    if (strcmp(name, "--pairs") == 0) {
        options->pairs = read_number(value, PAIRS_MOST);
        return options->pairs != 0 ? 0
                                   : refuse("a number behind --pairs", value);
    }
    options->threads = read_number(value, LOAD_THREADS_MOST);
    return options->threads != 0
               ? 0
               : refuse("1 to 64 threads behind --threads", value);
}

static int read_options(int argc, char **argv, struct options *options)
{
    *options = (struct options){.threads = 1};
    for (int i = 1; i < argc; i += 2) {
        if (!bench_command_knows(argv[i])) {
            return refuse("--pairs, --sizes or --threads", argv[i]);
        }
        if (i + 1 == argc) {
            return refuse("a value behind the last option", argv[i]);
        }
        int status = read_option(options, argv[i], argv[i + 1]);
        if (status != 0) {
            return status;
        }
    }
    if ((options->pairs != 0) == (options->trace != NULL)) {
        return refuse("either --pairs or --sizes",
                      options->trace != NULL ? "both" : "neither");
    }
    return 0;
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void print(const struct options *options, const struct load_result *r)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("[bench] work=%s threads=%ju calls=%ju seconds=%.3f "
           "ns_per_call=%.1f peak_rss_kib=%ld\n",
           options->trace != NULL ? last_name(options->trace) : "pairs",
           (uintmax_t)options->threads, (uintmax_t)r->calls, r->seconds,
           1e9 * r->seconds * (double)options->threads / (double)r->calls,
           usage.ru_maxrss);
}

int bench_command(int argc, char **argv)
{
    struct options options;
    struct lifetimes lifetimes;
    struct load_result result;
    int status = read_options(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    struct load load = {.calls = 2 * options.pairs,
                        .threads = (unsigned)options.threads};
    if (options.trace != NULL) {
        if (lifetimes_read(options.trace, &lifetimes) != 0) {
            return USAGE;
        }
        load.lifetimes = &lifetimes;
        load.calls = SIZES_CALLS;
    }
    if (load_run(&load, &result) != 0) {
        fputs("bench_alloc: no memory or no thread to be had\n", stderr);
        return FAILED;
    }
    print(&options, &result);
    return 0;
}

bool bench_command_knows(const char *argument)
{
    return strcmp(argument, "--pairs") == 0 ||
           strcmp(argument, "--sizes") == 0 ||
           strcmp(argument, "--threads") == 0;
}

void bench_command_help(void)
{
    puts("\nMeasure the malloc in use:\n"
         "  --pairs N           N pairs of malloc and free, 8 to 512 bytes\n"
         "  --sizes FILE.rep    sizes and lifetimes of a trace, over and over\n"
         "  --threads N         in N threads, each with blocks of its own\n");
}
