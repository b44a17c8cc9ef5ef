/*
 * options.c -- getopt_long and nothing more: a flag sets a field.
 */
#include "driver/run/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/run/sweep.h"
#include "driver/trace/number.h"

enum {
    PLAIN_ARGUMENT = 1, /* getopt's code for one, with '-' in front */
    LONG_CHECK = 256,
    LONG_CHECK_BUDGET,
    LONG_VERIFY,
    LONG_HEAP_LIMIT,
    LONG_TIMING_BUDGET,
    LONG_JSON,
    LONG_CSV,
    LONG_SWEEP,
    LONG_LIST,
    LONG_VERSION,
    LONG_COLOR,
    LONG_SHRINK
};

/* What --shrink stands for: a minute is as long as anybody likes to wait. */
#define SHRINK_S 60

static const struct option long_options[] = {
    {"file", required_argument, NULL, 'f'},
    {"folder", required_argument, NULL, 't'},
    {"policy", required_argument, NULL, 'p'},
    {"sweep", required_argument, NULL, LONG_SWEEP},
    {"libc", no_argument, NULL, 'l'},
    {"correctness", no_argument, NULL, 'c'},
    {"autograder", no_argument, NULL, 'g'},
    {"no-team", no_argument, NULL, 'a'},
    {"verbose", no_argument, NULL, 'v'},
    {"more", no_argument, NULL, 'V'},
    {"seconds", required_argument, NULL, 's'},
    {"jobs", required_argument, NULL, 'j'},
    {"check", required_argument, NULL, LONG_CHECK},
    {"check-budget", required_argument, NULL, LONG_CHECK_BUDGET},
    {"verify", required_argument, NULL, LONG_VERIFY},
    {"heap-limit", required_argument, NULL, LONG_HEAP_LIMIT},
    {"timing-budget", required_argument, NULL, LONG_TIMING_BUDGET},
    {"json", required_argument, NULL, LONG_JSON},
    {"csv", required_argument, NULL, LONG_CSV},
    {"list", no_argument, NULL, LONG_LIST},
    {"shrink", optional_argument, NULL, LONG_SHRINK},
    {"color", required_argument, NULL, LONG_COLOR},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, LONG_VERSION},
    {NULL, 0, NULL, 0},
};

static const char help_text[] =
    "usage: mdriver [options] [TRACE...]\n"
    "\n"
    "Replays allocation traces against allocators: is each one right, where\n"
    "does its memory go, how fast is it?  Without a trace: traces/*.rep.\n"
    "\n"
    "what to run\n"
    "  -f, --file TRACE...     traces, plain or .gz .zst .xz .bz2; -: stdin\n"
    "  -t, --folder DIR        the folder of the traces\n"
    "  -p, --policy LIST       policies, as first-fit,best-fit:address or all\n"
    "      --sweep LIST        likewise; {16,32} stands for each value in "
    "turn,\n"
    "                          and a row for each policy is all that is told\n"
    "  -l, --libc              the C library's malloc too\n"
    "      --list              name the policies and their options\n"
    "\n"
    "how to look\n"
    "  -c, --correctness       correctness and memory only, no timing\n"
    "      --check=N|off       check the whole heap after each Nth operation\n"
    "                          (default: each, thinned to the budget)\n"
    "      --check-budget SEC  time for that, by trace and policy (default 5,\n"
    "                          less where a run would take long)\n"
    "      --verify=all        compare every live payload at each operation\n"
    "      --heap-limit SIZE   memory an allocator may take (default 64G)\n"
    "      --timing-budget SEC time for timing, by trace and policy (0.2)\n"
    "  -s, --seconds SEC       a trace that takes longer hangs (default 60)\n"
    "  -j, --jobs N            workers at a time (default: one per core);\n"
    "                          timing always runs alone\n"
    "      --shrink[=SEC]      cut a trace that fails down to the operations\n"
    "                          it takes, as NAME.min.rep; implies -c (60)\n"
    "\n"
    "what to print\n"
    "  -v, --verbose           also fragmentation and where memory went\n"
    "  -V, --more              also checks, spreads and the machine\n"
    "  -g, --autograder        end in correct: and perfidx:\n"
    "  -a, --no-team           accepted for old scripts, no effect\n"
    "      --json FILE         every figure (-: standard output, no table)\n"
    "      --csv FILE          one row per trace and policy (-: likewise)\n"
    "      --color=WHEN        auto, always or never (NO_COLOR is heeded)\n"
    "  -h, --help              this text\n"
    "      --version           the version\n"
    "\n"
    "exit: 0 all valid, 1 an allocator failed, 2 wrong usage or bad input\n";

const char *options_help(void)
{
    return help_text;
}

int options_parse_size(const char *text, size_t *bytes)
{
    uint64_t number;
    if (number_parse_bytes(text, &number) != 0 || number == 0) {
        return -1;
    }
    *bytes = (size_t)number;
    return 0;
}

/* A whole number from 1. */
static int parse_count(const char *text, uint64_t most, uint64_t *count)
{
    return number_parse(text, count) == 0 && *count >= 1 && *count <= most ? 0
                                                                           : -1;
}

static int expected(char *message, size_t room, const char *flag,
                    const char *what, const char *got)
{
    snprintf(message, room, "%s: expected %s, got '%s'", flag, what, got);
    return -1;
}

static int parse_check(const char *text, uint64_t *every, char *message,
                       size_t room)
{
    if (strcmp(text, "off") == 0) {
        *every = CHECK_OFF;
        return 0;
    }
    if (parse_count(text, UINT32_MAX, every) == 0) {
        return 0;
    }
    return expected(message, room, "--check", "a number from 1, or off", text);
}

static int parse_verify(const char *text, enum verify_mode *mode, char *message,
                        size_t room)
{
    if (strcmp(text, "all") == 0) {
        *mode = VERIFY_ALL;
    } else if (strcmp(text, "touched") == 0) {
        *mode = VERIFY_TOUCHED;
    } else {
        return expected(message, room, "--verify", "all or touched", text);
    }
    return 0;
}

static int parse_colour(const char *text, enum colour_choice *choice,
                        char *message, size_t room)
{
    return colour_parse(text, choice) == 0
               ? 0
               : expected(message, room, "--color", "auto, always or never",
                          text);
}

static int add_libc(struct options *o, char *message, size_t room)
{
    return subject_parse_list("libc", &o->subjects, &o->n_subjects, message,
                              room);
}

/* The policies of a pattern such as best-fit:split={16,32}. */
static int add_sweep(const char *pattern, struct options *o, char *message,
                     size_t room)
{
    char *list = sweep_expand(pattern, message, room);
    if (list == NULL) {
        return -1;
    }
    int status =
        subject_parse_list(list, &o->subjects, &o->n_subjects, message, room);
    free(list);
    o->sweep = true;
    return status;
}

/* A limit above the usual reservation needs a larger one. */
static int set_heap_limit(const char *text, struct heap_options *heap)
{
    if (options_parse_size(text, &heap->limit_bytes) != 0 ||
        heap->limit_bytes > HEAP_MOST_RESERVE) {
        return -1;
    }
    heap->reserve_bytes = heap->limit_bytes > HEAP_DEFAULT_RESERVE
                              ? heap->limit_bytes
                              : HEAP_DEFAULT_RESERVE;
    return 0;
}

/* The flags that take a value which must be understood. */
static int apply_value(int flag, const char *value, struct options *o,
                       char *message, size_t room)
{
    uint64_t count;
    switch (flag) {
    case 's':
        return number_parse_seconds(value, &o->seconds_limit) == 0
                   ? 0
                   : expected(message, room, "-s", "seconds above 0", value);
    case 'j':
        if (parse_count(value, 4096, &count) != 0) {
            return expected(message, room, "-j", "a number from 1 to 4096",
                            value);
        }
        o->jobs = (unsigned)count;
        return 0;
    case LONG_CHECK:
        return parse_check(value, &o->correctness.check_every, message, room);
    case LONG_CHECK_BUDGET:
        return number_parse_seconds(value, &o->correctness.check_budget_s) == 0
                   ? 0
                   : expected(message, room, "--check-budget",
                              "seconds above 0", value);
    case LONG_TIMING_BUDGET:
        return number_parse_seconds(value, &o->timing_budget_s) == 0
                   ? 0
                   : expected(message, room, "--timing-budget",
                              "seconds above 0", value);
    case LONG_VERIFY:
        return parse_verify(value, &o->correctness.verify, message, room);
    case LONG_HEAP_LIMIT:
        return set_heap_limit(value, &o->correctness.heap) == 0
                   ? 0
                   : expected(message, room, "--heap-limit",
                              "a size such as 64M", value);
    case LONG_SHRINK:
        o->correctness_only = true;
        o->shrink_s = SHRINK_S;
        if (value == NULL) {
            return 0;
        }
        return number_parse_seconds(value, &o->shrink_s) == 0
                   ? 0
                   : expected(message, room, "--shrink", "seconds above 0",
                              value);
    case LONG_COLOR: return parse_colour(value, &o->colour, message, room);
    default: return -1;
    }
}

static int apply(int flag, char *value, struct options *o, bool *libc,
                 char *message, size_t room)
{
    switch (flag) {
    case PLAIN_ARGUMENT:
    case 'f': o->traces[o->n_traces++] = value; return 0;
    case 't': o->folder = value; return 0;
    case 'p':
        return subject_parse_list(value, &o->subjects, &o->n_subjects, message,
                                  room);
    case LONG_SWEEP: return add_sweep(value, o, message, room);
    case 'l': *libc = true; return 0;
    case 'c': o->correctness_only = true; return 0;
    case 'g': o->autograder = true; return 0;
    case 'a': return 0;
    case 'v':
        o->detail = o->detail == DETAIL_MORE ? DETAIL_MORE : DETAIL_VERBOSE;
        return 0;
    case 'V': o->detail = DETAIL_MORE; return 0;
    case LONG_JSON: o->json_path = value; return 0;
    case LONG_CSV: o->csv_path = value; return 0;
    case LONG_LIST: o->action = ACTION_LIST; return 0;
    case LONG_VERSION: o->action = ACTION_VERSION; return 0;
    case 'h': o->action = ACTION_HELP; return 0;
    default: return apply_value(flag, value, o, message, room);
    }
}

/* Which option getopt did not understand. */
static int unknown(int flag, char **argv, char *message, size_t room)
{
    const char *word = argv[optind - 1];
    if (flag == ':' || (optopt != 0 && strchr("ftpsj", optopt) != NULL)) {
        snprintf(message, room, "option '%s' needs a value", word);
    } else if (strncmp(word, "--", 2) == 0) {
        snprintf(message, room, "unknown option '%s'", word);
    } else {
        snprintf(message, room, "unknown option '-%c'", optopt);
    }
    return -1;
}

static bool has_libc(const struct options *o)
{
    for (size_t i = 0; i < o->n_subjects; i++) {
        if (subject_is_libc(&o->subjects[i])) {
            return true;
        }
    }
    return false;
}

/* The default policy where none is named, and libc where -l asks for it. */
static int complete_subjects(struct options *o, bool libc, char *message,
                             size_t room)
{
    if (o->n_subjects == 0) {
        o->subjects = malloc(sizeof *o->subjects);
        if (o->subjects == NULL) {
            snprintf(message, room, "out of memory");
            return -1;
        }
        o->subjects[o->n_subjects++] = subject_default();
    }
    return libc && !has_libc(o) ? add_libc(o, message, room) : 0;
}

int options_parse(int argc, char **argv, struct options *options, char *message,
                  size_t room)
{
    *options = (struct options){
        .traces = calloc((size_t)argc + 1, sizeof *options->traces),
        .correctness = {.check_every = CHECK_BUDGETED},
        .seconds_limit = 60,
        .timing_budget_s = 0.2,
    };
    if (options->traces == NULL) {
        snprintf(message, room, "out of memory");
        return -1;
    }
    bool libc = false;
    int flag;
    opterr = 0;
    optind = 0;
    while ((flag = getopt_long(argc, argv, "-:f:t:p:lcgavVs:j:h", long_options,
                               NULL)) != -1) {
        int status = flag == '?' || flag == ':'
                         ? unknown(flag, argv, message, room)
                         : apply(flag, optarg, options, &libc, message, room);
        if (status != 0) {
            return -1;
        }
    }
    if (options->json_path && options->csv_path &&
        strcmp(options->json_path, "-") == 0 &&
        strcmp(options->csv_path, "-") == 0) {
        snprintf(message, room,
                 "--json and --csv cannot both be standard output");
        return -1;
    }
    while (optind < argc) {
        options->traces[options->n_traces++] = argv[optind++];
    }
    return complete_subjects(options, libc, message, room);
}

void options_free(struct options *options)
{
    free(options->traces);
    free(options->subjects);
}
