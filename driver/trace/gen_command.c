/*
 * gen_command.c -- options of `rep gen`, then one call of the generator.
 */
#include "driver/trace/gen_command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/trace/generate.h"
#include "driver/trace/write.h"

enum { USAGE = 2 };

struct request {
    const struct trace_family *family;
    struct generate_params params;
    unsigned given; /* enum generate_use, or-ed */
    const char *output;
};

static void print_family(const struct trace_family *family)
{
    const struct generate_params *d = &family->defaults;
    printf("  %-11s %s\n  %11s ", family->name, family->summary, "");
    printf("--ops %" PRIu64, d->ops);
    if ((family->uses & USES_SEED) != 0) {
        printf(" --seed %" PRIu64, d->seed);
    }
    if ((family->uses & USES_SMALL) != 0) {
        printf(" --small %" PRIu64, d->small_bytes);
    }
    if ((family->uses & USES_LARGE) != 0) {
        printf(" --large %" PRIu64, d->large_bytes);
    }
    puts("");
}

static int print_help(void)
{
    puts("usage: rep gen FAMILY [options]\n"
         "Makes a synthetic trace; the same options give the same bytes.\n\n"
         "  -o, --output FILE   instead of standard output; compressed where\n"
         "                      it ends in .gz, .zst or .xz\n"
         "      --ops N         about how many operations\n"
         "      --seed N        of the random numbers\n"
         "      --small BYTES   size of the small blocks\n"
         "      --large BYTES   size of the large blocks\n"
         "  -h, --help          this text\n\n"
         "Families, and what they take by default:");
    for (const struct trace_family *f = trace_families; f->name; f++) {
        print_family(f);
    }
    return 0;
}

static int complain(const char *expected, const char *got)
{
    fprintf(stderr, "rep gen: expected %s, got \"%s\" (see rep gen --help)\n",
            expected, got);
    return USAGE;
}

static int read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 ? 0
                                                                          : -1;
}

/* The number that an option sets, or NULL for an option without number. */
static uint64_t *number_of(struct request *request, int option)
{
    switch (option) {
    case USES_OPS: return &request->params.ops;
    case USES_SEED: return &request->params.seed;
    case USES_SMALL: return &request->params.small_bytes;
    case USES_LARGE: return &request->params.large_bytes;
    default: return NULL;
    }
}

static const struct option options[] = {
    {"ops", required_argument, NULL, USES_OPS},
    {"seed", required_argument, NULL, USES_SEED},
    {"small", required_argument, NULL, USES_SMALL},
    {"large", required_argument, NULL, USES_LARGE},
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Returns 0 to go on, 1 when help was asked for, or USAGE. */
static int read_options(int argc, char **argv, struct request *request)
{
    int option;
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
        uint64_t *number = number_of(request, option);
        if (option == 'h') {
            return 1;
        }
        if (option == 'o') {
            request->output = optarg;
        } else if (option == ':') {
            return complain("a value behind the option", argv[optind - 1]);
        } else if (number == NULL) {
            return complain("an option", argv[optind - 1]);
        } else if (read_number(optarg, number) != 0) {
            return complain("a number", optarg);
        } else {
            request->given |= (unsigned)option;
        }
    }
    return 0;
}

static int read_family(int argc, char **argv, struct request *request)
{
    if (optind == argc) {
        fputs("rep gen: expected a family (see rep gen --help)\n", stderr);
        return USAGE;
    }
    request->family = trace_family_find(argv[optind]);
    if (request->family == NULL) {
        return complain("a family", argv[optind]);
    }
    if (optind + 1 < argc) {
        return complain("one family only", argv[optind + 1]);
    }
    if ((request->given & ~request->family->uses) != 0) {
        return complain("only options that the family takes",
                        request->family->name);
    }
    return 0;
}

/* What was not given is the family's default. */
static void fill_defaults(struct request *request)
{
    const struct generate_params *given = &request->params;
    struct generate_params params = request->family->defaults;
    params.ops = request->given & USES_OPS ? given->ops : params.ops;
    params.seed = request->given & USES_SEED ? given->seed : params.seed;
    params.small_bytes =
        request->given & USES_SMALL ? given->small_bytes : params.small_bytes;
    params.large_bytes =
        request->given & USES_LARGE ? given->large_bytes : params.large_bytes;
    request->params = params;
}

static int write_trace(const struct trace *trace, const char *output)
{
    struct trace_error error;
    char text[600];
    if (output == NULL || strcmp(output, "-") == 0) {
        if (trace_write(trace, stdout) == 0) {
            return 0;
        }
        fprintf(stderr, "rep gen: standard output: %s\n", strerror(errno));
        return USAGE;
    }
    if (trace_write_file(trace, output, &error) == 0) {
        return 0;
    }
    fprintf(stderr, "rep gen: %s\n",
            trace_format_error(&error, text, sizeof text));
    return USAGE;
}

int gen_command(int argc, char **argv)
{
    struct request request = {.family = NULL};
    int stop = read_options(argc, argv, &request);
    if (stop != 0) {
        return stop == USAGE ? USAGE : print_help();
    }
    stop = read_family(argc, argv, &request);
    if (stop != 0) {
        return stop;
    }
    fill_defaults(&request);
    struct trace trace;
    if (generate_trace(request.family, &request.params, &trace) != 0) {
        return errno == EINVAL ? complain("sizes and counts in range: at least "
                                          "1, small up to large",
                                          request.family->name)
                               : complain("enough memory", strerror(errno));
    }
    int status = write_trace(&trace, request.output);
    trace_free(&trace);
    return status;
}
