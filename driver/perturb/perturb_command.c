/*
 * perturb_command.c -- options of `rep perturb`: read, perturb, write, tell.
 */
#include "driver/perturb/perturb_command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver/perturb/perturb.h"
#include "driver/trace/number.h"
#include "driver/trace/write.h"

enum { USAGE = 2, TEXT_BYTES = 600 };

struct request {
    const char *input;
    const char *output;
    struct perturb_params params;
};

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("rep perturb: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* ---- options ------------------------------------------------------------- */

static int print_help(void)
{
    puts(
        "usage: rep perturb [options] TRACE\n"
        "Makes a twin of a trace: as many operations of each kind, a similar\n"
        "peak, but other sizes and another order.  An allocator that is worse\n"
        "on the twin is tuned to the trace.  - is standard input.\n\n"
        "  -o, --output FILE   instead of standard output; compressed where\n"
        "                      it ends in .gz, .zst or .xz\n"
        "      --jitter P%     how much sizes may differ (default 5%), and at\n"
        "                      least a byte; 0% keeps them\n"
        "      --seed N        of the random numbers (default 1)\n"
        "  -h, --help          this text\n\n"
        "Equal sizes stay equal, a larger one stays larger.  Operations of\n"
        "one block keep their order; others are put off here and there, as\n"
        "long as the peak does not rise.  Where nothing is live at several\n"
        "moments, the twin begins at one of them.  The same options give the\n"
        "same bytes on any machine.");
    return 0;
}

static int complain(const char *expected, const char *got)
{
    say("expected %s, got \"%s\" (see rep perturb --help)", expected, got);
    return USAGE;
}

enum { JITTER = 1000, SEED };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"jitter", required_argument, NULL, JITTER},
    {"seed", required_argument, NULL, SEED},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Returns 0 to go on, 1 when help was asked for, or USAGE. */
static int take_option(int option, const char *word, struct request *request)
{
    switch (option) {
    case 'h': return 1;
    case 'o': request->output = optarg; return 0;
    case JITTER:
        return number_parse_percent(optarg, &request->params.jitter_ppm) == 0
                   ? 0
                   : complain("a share from 0% to 100%", optarg);
    case SEED:
        return number_parse(optarg, &request->params.seed) == 0
                   ? 0
                   : complain("a number", optarg);
    case ':': return complain("a value behind the option", word);
    default: return complain("an option", word);
    }
}

static int read_options(int argc, char **argv, struct request *request)
{
    int option;
    int stop = 0;
    optind = 1;
    opterr = 0;
    while (stop == 0 &&
           (option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
        stop = take_option(option, argv[optind - 1], request);
    }
    if (stop != 0) {
        return stop;
    }
    if (optind == argc) {
        return complain("a trace", "");
    }
    if (optind + 1 < argc) {
        return complain("one trace only", argv[optind + 1]);
    }
    request->input = argv[optind];
    return 0;
}

/* ---- all ----------------------------------------------------------------- */

static int fail(const struct trace_error *error)
{
    char text[TEXT_BYTES];
    say("%s", trace_format_error(error, text, sizeof text));
    return USAGE;
}

static void say_difference(const struct trace *trace, const struct trace *twin,
                           const struct perturb_report *report)
{
    say("%s: %zu operations, %zu put off, from operation %zu on", trace->name,
        twin->n_ops, report->delayed, report->first + 1);
    say("  %zu of %zu sizes changed; peak %" PRIu64 " bytes, was %" PRIu64,
        report->changed_sizes, report->sizes, twin->peak_payload_bytes,
        trace->peak_payload_bytes);
}

static int perturb(const struct request *request, const struct trace *trace)
{
    struct trace twin;
    struct trace_error error;
    struct perturb_report report;
    if (perturb_trace(trace, &request->params, &twin, &report) != 0) {
        say("%s: %s", trace->name, strerror(errno));
        return USAGE;
    }
    int status = 0;
    if (trace_write_file(&twin, request->output, &error) != 0) {
        status = fail(&error);
    } else {
        say_difference(trace, &twin, &report);
    }
    trace_free(&twin);
    return status;
}

int perturb_command(int argc, char **argv)
{
    struct request request = {.output = "-",
                              .params = {.jitter_ppm = 50000, .seed = 1}};
    struct trace trace;
    struct trace_error error;
    int stop = read_options(argc, argv, &request);
    if (stop != 0) {
        return stop == USAGE ? USAGE : print_help();
    }
    if (trace_read(request.input, &trace, &error) != 0) {
        return fail(&error);
    }
    int status = perturb(&request, &trace);
    trace_free(&trace);
    return status;
}
