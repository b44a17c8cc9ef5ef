/*
 * convert_command.c -- options of `rep convert`: read, reduce, write, tell.
 */
#include "driver/foreign/convert_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "driver/command/command.h"
#include "driver/foreign/foreign.h"
#include "driver/trace/dialect.h"
#include "driver/trace/number.h"
#include "driver/trace/write.h"

enum { TEXT_BYTES = 600 };

struct request {
    const char *input;
    const char *output;
    struct foreign_options options;
    enum trace_dialect dialect;
};

/* ---- options ------------------------------------------------------------- */

static const char help[] =
    "usage: rep convert [options] INPUT\n"
    "Makes a trace of another tool's log, or writes a trace in another\n"
    "dialect.  - is standard input; it may be compressed.\n\n"
    "  -o, --output FILE   instead of standard output; compressed where\n"
    "                      it ends in .gz, .zst, .xz or .bz2\n"
    "      --from FORMAT   instead of what the input looks like:\n"
    "                        mtrace         glibc's mtrace()\n"
    "                        ltrace         ltrace, with any prefix\n"
    "                        memory-replay  Android's recorder\n"
    "                        logalloc       Mozilla's, also munged\n"
    "                        rep            a trace of any dialect\n"
    "      --to DIALECT    classic (default), cmu (its header of 2017),\n"
    "                      or extended: keeps calloc, alignment, threads\n"
    "      --pid N         of several processes in a log, this one;\n"
    "                      ltrace: this thread or process only\n"
    "  -h, --help          this text\n\n"
    "A line that the format does not have is an error that names it, and\n"
    "nothing is written.  What a log tells of blocks from before its\n"
    "beginning is left out, and counted.";

enum { FROM = COMMAND_LONG, TO, PID };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"from", required_argument, NULL, FROM},
    {"to", required_argument, NULL, TO},
    {"pid", required_argument, NULL, PID},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *take_dialect(const char *name, enum trace_dialect *dialect)
{
    static const struct {
        const char *name;
        enum trace_dialect dialect;
    } dialects[] = {{"classic", DIALECT_CLASSIC},
                    {"cmu", DIALECT_CMU_2017},
                    {"extended", DIALECT_EXTENDED}};
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (strcmp(name, dialects[i].name) == 0) {
            *dialect = dialects[i].dialect;
            return NULL;
        }
    }
    return "classic, cmu or extended";
}

static const char *take_format(const char *name, struct foreign_options *to)
{
    to->format = foreign_find(name);
    return to->format != NULL
               ? NULL
               : "mtrace, ltrace, memory-replay, logalloc or rep";
}

static const char *take_option(int option, void *to)
{
    struct request *request = to;
    switch (option) {
    case FROM: return take_format(optarg, &request->options);
    case TO: return take_dialect(optarg, &request->dialect);
    case PID:
        request->options.has_pid = true;
        return number_parse(optarg, &request->options.pid) == 0
                   ? NULL
                   : "a process number";
    default: request->output = optarg; return NULL;
    }
}

static const struct command convert = {.name = "rep convert",
                                       .help = help,
                                       .letters = ":o:h",
                                       .options = options,
                                       .take = take_option};

static int read_request(int argc, char **argv, struct request *request)
{
    int stop = command_read_options(&convert, argc, argv, request);
    return stop != COMMAND_GO_ON
               ? stop
               : command_read_operand(&convert, argc, argv, "a log or a trace",
                                      "one input only", &request->input);
}

/* ---- what there was ------------------------------------------------------ */

static void say_count(const char *what, uint64_t count)
{
    if (count != 0) {
        command_say(&convert, "  %s: %" PRIu64, what, count);
    }
}

static void say_report(const struct foreign_report *report)
{
    say_count("frees of blocks that the log does not allocate, left out",
              report->odd.unknown_frees);
    say_count("reallocs of such blocks, written as malloc",
              report->odd.unknown_moves);
    say_count("blocks freed unseen, as their addresses came again",
              report->odd.unseen_frees);
    say_count("calls that returned NULL, left out", report->failed);
    say_count("calls of which the log does not tell the block, left out",
              report->unplaced);
    say_count("calls made inside other ones, left out", report->inner);
    say_count("calls that never returned", report->unfinished);
    say_count("calls of other processes, left out (--pid takes another)",
              report->other_calls);
}

static void say_losses(const struct dialect_losses *losses)
{
    say_count("callocs and aligned ones, written as malloc", losses->kinds);
    say_count("blocks of 0 bytes, written as 1 byte", losses->empty);
    say_count("reallocs to 0 bytes, written as frees", losses->emptied);
    say_count("frees of NULL, left out", losses->null_frees);
    say_count("touches, left out", losses->touches);
    say_count("threads, not told apart", losses->threads);
    if (losses->weight != 1) {
        command_say(&convert, "  weight left out: %" PRIu32, losses->weight);
    }
}

static void say_all(const char *path, const struct foreign_report *report,
                    const struct trace *trace,
                    const struct dialect_losses *losses)
{
    command_say(&convert,
                "%s (%s): %zu operations, peak %" PRIu64 " bytes in %" PRIu64
                " blocks, %" PRIu64 " blocks live at the end",
                path, report->format->name, trace->n_ops,
                trace->peak_payload_bytes, trace->peak_live_blocks,
                trace->live_blocks_at_end);
    say_report(report);
    say_losses(losses);
}

/* ---- all ----------------------------------------------------------------- */

static int write_converted(const struct request *request,
                           const struct trace *trace,
                           const struct foreign_report *report)
{
    struct trace plain;
    struct dialect_losses losses;
    struct trace_error error;
    char text[TEXT_BYTES];
    if (trace_to_dialect(trace, request->dialect, &plain, &losses) != 0) {
        command_say(&convert, "%s: %s", request->input, strerror(errno));
        return COMMAND_USAGE;
    }
    int status = COMMAND_USAGE;
    for (size_t i = 0; i < trace->n_notes; i++) {
        command_say(&convert, "%s",
                    trace_format_note(trace, i, text, sizeof text));
    }
    if (plain.n_ops == 0) {
        command_say(&convert,
                    "%s: expected calls to make operations of, got none",
                    request->input);
    } else {
        status = trace_write_file(&plain, request->output, &error) == 0
                     ? 0
                     : command_fail(&convert, &error);
    }
    if (status == 0 || plain.n_ops == 0) {
        say_all(request->input, report, &plain, &losses);
    }
    trace_free(&plain);
    return status;
}

int convert_command(int argc, char **argv)
{
    struct request request = {.output = "-", .dialect = DIALECT_CLASSIC};
    struct trace trace;
    struct foreign_report report;
    struct trace_error error;
    int stop = read_request(argc, argv, &request);
    if (stop != COMMAND_GO_ON) {
        return stop == COMMAND_HELP ? 0 : stop;
    }
    if (foreign_read(request.input, &request.options, &trace, &report,
                     &error) != 0) {
        return command_fail(&convert, &error);
    }
    int status = write_converted(&request, &trace, &report);
    trace_free(&trace);
    return status;
}
