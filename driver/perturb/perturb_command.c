/*
 * perturb_command.c -- options of `rep perturb`: read, perturb, write, tell.
 */
#include "driver/perturb/perturb_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "driver/command/command.h"
#include "driver/perturb/perturb.h"
#include "driver/trace/number.h"
#include "driver/trace/write.h"

struct request {
    const char *input;
    const char *output;
    struct perturb_params params;
};

/* ---- options ------------------------------------------------------------- */

static const char help[] =
    "usage: rep perturb [options] TRACE\n"
    "Makes a twin of a trace: as many operations of each kind, a similar\n"
    "peak, but other sizes and another order.  An allocator that is worse\n"
    "on the twin is tuned to the trace.  - is standard input.\n\n"
    "  -o, --output FILE   instead of standard output; compressed where\n"
    "                      it ends in .gz, .zst, .xz or .bz2\n"
    "      --jitter P%     how much sizes may differ (default 5%), and at\n"
    "                      least a byte; 0% keeps them\n"
    "      --seed N        of the random numbers (default 1)\n"
    "  -h, --help          this text\n\n"
    "Equal sizes stay equal, a larger one stays larger.  Operations of\n"
    "one block keep their order; others are put off here and there, as\n"
    "long as the peak does not rise.  Where nothing is live at several\n"
    "moments, the twin begins at one of them.  The same options give the\n"
    "same bytes on any machine.";

enum { JITTER = COMMAND_LONG, SEED };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"jitter", required_argument, NULL, JITTER},
    {"seed", required_argument, NULL, SEED},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *take_option(int option, void *to)
{
    struct request *request = to;
    switch (option) {
    case JITTER:
        return number_parse_percent(optarg, &request->params.jitter_ppm) == 0
                   ? NULL
                   : "a share from 0% to 100%";
    case SEED:
        return number_parse(optarg, &request->params.seed) == 0 ? NULL
                                                                : "a number";
    default: request->output = optarg; return NULL;
    }
}

static const struct command perturb = {.name = "rep perturb",
                                       .help = help,
                                       .letters = ":o:h",
                                       .options = options,
                                       .take = take_option};

static int read_request(int argc, char **argv, struct request *request)
{
    int stop = command_read_options(&perturb, argc, argv, request);
    return stop != COMMAND_GO_ON
               ? stop
               : command_read_operand(&perturb, argc, argv, "a trace",
                                      "one trace only", &request->input);
}

/* ---- all ----------------------------------------------------------------- */

static void say_difference(const struct trace *trace, const struct trace *twin,
                           const struct perturb_report *report)
{
    command_say(&perturb,
                "%s: %zu operations, %zu put off, from operation %zu on",
                trace->name, twin->n_ops, report->delayed, report->first + 1);
    command_say(&perturb,
                "  %zu of %zu sizes changed; peak %" PRIu64
                " bytes, was %" PRIu64,
                report->changed_sizes, report->sizes, twin->peak_payload_bytes,
                trace->peak_payload_bytes);
}

static int make_twin(const struct request *request, const struct trace *trace)
{
    struct trace twin;
    struct trace_error error;
    struct perturb_report report;
    if (perturb_trace(trace, &request->params, &twin, &report) != 0) {
        command_say(&perturb, "%s: %s", trace->name, strerror(errno));
        return COMMAND_USAGE;
    }
    int status = 0;
    if (trace_write_file(&twin, request->output, &error) != 0) {
        status = command_fail(&perturb, &error);
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
    int stop = read_request(argc, argv, &request);
    if (stop != COMMAND_GO_ON) {
        return stop == COMMAND_HELP ? 0 : stop;
    }
    if (trace_read(request.input, &trace, &error) != 0) {
        return command_fail(&perturb, &error);
    }
    int status = make_twin(&request, &trace);
    trace_free(&trace);
    return status;
}
