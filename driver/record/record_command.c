/*
 * record_command.c -- options of `rep record`: run, convert, tell.
 *
 * The program runs with the library preloaded and leaves one event file for
 * each process image.  The last program of the main process becomes OUT.rep;
 * that of any other process OUT.PID.rep; programs that a process replaced by
 * exec before become OUT.PID.IMAGE.rep.
 */
#include "driver/record/record_command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/record/convert.h"
#include "driver/record/launch.h"
#include "driver/record/session.h"
#include "driver/record/verify.h"
#include "driver/trace/write.h"

enum { USAGE = 2, DIFFERENT = 1, SIGNAL_STATUS = 128, SLOTS_PER_OP = 3 };

struct request {
    const char *output;
    struct convert_options convert;
    struct record_control control;
    char *const *program;
};

/* What became of all images. */
struct outcome {
    size_t written;
    size_t failed;
    size_t different;
    bool main_recorded;
};

static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("rep record: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* ---- options --------------------------------------------------------------
 */

static int print_help(void)
{
    puts(
        "usage: rep record [options] [--] PROGRAM [ARGUMENTS]\n"
        "Runs a program and writes what it allocates as a trace; each of its\n"
        "child processes gets a file of its own, OUT.PID.rep.\n\n"
        "  -o, --output FILE      instead of out.rep; compressed where it\n"
        "                         ends in .gz, .zst or .xz\n"
        "      --limit N          keep at most N operations of a process\n"
        "      --start-after N    leave out the first N operations of each\n"
        "      --extended         keep calloc, alignment and threads, which\n"
        "                         only readers of that dialect understand\n"
        "      --verify           compare the live bytes of the trace with\n"
        "                         the sizes kept inside the program's blocks\n"
        "  -h, --help             this text\n\n"
        "The exit status is that of the program, 128 + N where signal N\n"
        "ended it; 1 where --verify finds a difference; 2 where nothing could\n"
        "be recorded.");
    return 0;
}

static int complain(const char *expected, const char *got)
{
    say("expected %s, got \"%s\" (see rep record --help)", expected, got);
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

enum { LIMIT = 1000, START_AFTER, EXTENDED, VERIFY };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"limit", required_argument, NULL, LIMIT},
    {"start-after", required_argument, NULL, START_AFTER},
    {"extended", no_argument, NULL, EXTENDED},
    {"verify", no_argument, NULL, VERIFY},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int take_number(uint64_t *number, uint64_t least)
{
    if (read_number(optarg, number) == 0 && *number >= least)
        return 0;
    return complain(least == 0 ? "a number" : "a number above 0", optarg);
}

/* Returns 0 to go on, 1 when help was asked for, or USAGE. */
static int take_option(int option, struct request *request)
{
    switch (option) {
    case 'o': request->output = optarg; return 0;
    case 'h': return 1;
    case EXTENDED: request->convert.dialect = CONVERT_EXTENDED; return 0;
    case VERIFY: request->control.verify = 1; return 0;
    case LIMIT: return take_number(&request->convert.max_ops, 1);
    case START_AFTER: return take_number(&request->control.start_after, 0);
    default: return USAGE;
    }
}

static int read_options(int argc, char **argv, struct request *request)
{
    int option;
    int stop = 0;
    optind = 1;
    while (stop == 0 &&
           (option = getopt_long(argc, argv, "+o:h", options, NULL)) != -1)
        stop = take_option(option, request);
    if (stop != 0)
        return stop;
    if (optind == argc)
        return complain("a program to run", "");
    request->program = argv + optind;
    if (strcmp(request->output, "-") == 0 || *request->output == '\0')
        return complain("the name of a file to write", request->output);
    return 0;
}

/* The library stops where no slot can be needed for the limit any more. */
static void fill_control(struct request *request)
{
    uint64_t most = request->convert.max_ops;
    request->control.magic = CONTROL_MAGIC;
    if (most != 0 && most <= UINT64_MAX / SLOTS_PER_OP)
        request->control.max_events = most * SLOTS_PER_OP;
}

/* ---- names ----------------------------------------------------------------
 */

static bool ends_in(const char *text, size_t length, const char *end)
{
    size_t n = strlen(end);
    return length > n && memcmp(text + length - n, end, n) == 0;
}

/* Length of the name in front of ".rep", ".rep.gz", ...  */
static size_t stem_length(const char *output)
{
    static const char *const endings[] = {".gz", ".zst", ".xz"};
    size_t length = strlen(output);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (ends_in(output, length, endings[i])) {
            length -= strlen(endings[i]);
            break;
        }
    return ends_in(output, length, ".rep") ? length - strlen(".rep") : length;
}

/* Name of an image's trace, to be freed; NULL without memory. */
static char *output_of(const struct request *request,
                       const struct session_image *image, pid_t main_pid)
{
    char *name;
    int stem = (int)stem_length(request->output);
    const char *ending = request->output + stem;
    int length;
    if (image->last && image->pid == main_pid)
        length = asprintf(&name, "%s", request->output);
    else if (image->last)
        length = asprintf(&name, "%.*s.%d%s", stem, request->output,
                          (int)image->pid, ending);
    else
        length = asprintf(&name, "%.*s.%d.%u%s", stem, request->output,
                          (int)image->pid, image->image, ending);
    return length < 0 ? NULL : name;
}

/* ---- summary --------------------------------------------------------------
 */

static void tell_trace(const char *output, const struct trace *trace,
                       const struct convert_report *report)
{
    enum { SHOWN = 60 };
    say("%s: %zu operations, peak %" PRIu64 " bytes in %" PRIu64
        " blocks, %" PRIu64 " blocks live at the end: %.*s%s",
        output, trace->n_ops, trace->peak_payload_bytes,
        trace->peak_live_blocks, trace->live_blocks_at_end, SHOWN,
        report->command, strlen(report->command) > SHOWN ? "..." : "");
}

static void tell_count(uint64_t count, const char *what)
{
    if (count != 0)
        say("  %" PRIu64 " %s", count, what);
}

static void tell_oddities(const struct request *request,
                          const struct convert_report *report)
{
    tell_count(report->unknown_frees,
               "frees of blocks from before the recording left out");
    tell_count(report->unknown_moves,
               "reallocs of blocks from before it written as allocations");
    tell_count(report->unseen_frees,
               "blocks freed unseen, as their addresses came again");
    tell_count(report->holes, "events not completed, left out");
    if (request->convert.dialect == CONVERT_CLASSIC)
        tell_count(report->empty_blocks,
                   "allocations of 0 bytes written as 1 byte");
    if (report->stop == EVENTS_FULL)
        say("  stopped early: %s", strerror(report->stop_errno));
}

/* ---- one image ------------------------------------------------------------
 */

static void tell_verified(const struct verify_result *result)
{
    if (result->different == 0)
        say("  verified: live bytes and blocks equal at all %zu samples "
            "(peak %" PRIu64 " bytes)",
            result->samples, result->peak_bytes);
    else
        say("  DIFFERENT at %zu of %zu samples, most after operation %" PRIu64
            ": the trace has %" PRIu64 " bytes live, the program had %" PRIu64,
            result->different, result->samples, result->op, result->trace_bytes,
            result->program_bytes);
}

/* Counts a difference in *outcome. */
static void verify(const struct request *request, const char *output,
                   const struct trace *trace,
                   const struct convert_report *report, struct outcome *outcome)
{
    struct verify_result result;
    if (verify_curve(trace, report, request->convert.dialect, &result) != 0) {
        say("%s: %s", output, strerror(errno));
        outcome->failed++;
        return;
    }
    tell_verified(&result);
    outcome->different += result.different != 0;
}

/* The events are deleted first: on a full disk the trace needs their room. */
static void write_image(const struct request *request, const char *output,
                        const char *events_path, const struct trace *trace,
                        const struct convert_report *report,
                        struct outcome *outcome)
{
    struct trace_error error;
    char text[600];
    unlink(events_path);
    if (trace_write_file(trace, output, &error) != 0) {
        say("%s", trace_format_error(&error, text, sizeof text));
        outcome->failed++;
        return;
    }
    outcome->written++;
    tell_trace(output, trace, report);
    tell_oddities(request, report);
    if (request->control.verify)
        verify(request, output, trace, report, outcome);
}

/* Processes that allocated nothing before they went on to exec are left out. */
static void convert_image(const struct request *request,
                          const struct session *session,
                          const struct session_image *image, pid_t main_pid,
                          struct outcome *outcome)
{
    char events_path[PATH_MAX + NAME_MAX];
    struct trace trace;
    struct convert_report report;
    bool is_main = image->last && image->pid == main_pid;
    char *output = output_of(request, image, main_pid);
    session_events_path(session, image, events_path, sizeof events_path);
    if (output == NULL || convert_events(events_path, output, &request->convert,
                                         &trace, &report) != 0) {
        say("%s: %s", output == NULL ? "out of memory" : output,
            strerror(errno));
        outcome->failed++;
        free(output);
        return;
    }
    outcome->main_recorded |= is_main;
    if (is_main || trace.n_ops > 0)
        write_image(request, output, events_path, &trace, &report, outcome);
    trace_free(&trace);
    convert_report_free(&report);
    free(output);
}

static int convert_session(const struct request *request,
                           const struct session *session, pid_t main_pid,
                           struct outcome *outcome)
{
    struct session_image *images;
    size_t n;
    if (session_list(session, &images, &n) != 0) {
        say("%s: %s", session->directory, strerror(errno));
        return -1;
    }
    for (size_t i = 0; i < n; i++)
        convert_image(request, session, &images[i], main_pid, outcome);
    free(images);
    return 0;
}

/* ---- all ------------------------------------------------------------------
 */

static int exit_status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? SIGNAL_STATUS + WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
}

static int conclude(const struct request *request, int wait_status,
                    const struct outcome *outcome)
{
    if (WIFSIGNALED(wait_status))
        say("%s was ended by signal %d (%s)", request->program[0],
            WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
    if (!outcome->main_recorded && outcome->failed == 0)
        say("%s: expected the recording library to be loaded, but it was not",
            request->program[0]);
    if (!outcome->main_recorded || outcome->failed != 0)
        return USAGE;
    return outcome->different != 0 ? DIFFERENT : exit_status_of(wait_status);
}

static int record(const struct request *request, const char *program,
                  const char *library)
{
    struct session session;
    struct launch_error error;
    struct outcome outcome = {.written = 0};
    pid_t pid;
    int wait_status;
    if (session_open(&session, request->output, &request->control) != 0) {
        say("%s: cannot write beside it: %s", request->output, strerror(errno));
        return USAGE;
    }
    int status = USAGE;
    if (launch_run(request->program, program, library, session.directory, &pid,
                   &wait_status, &error) != 0)
        say("%s", error.message);
    else if (convert_session(request, &session, pid, &outcome) == 0)
        status = conclude(request, wait_status, &outcome);
    session_close(&session);
    return status;
}

int record_command(int argc, char **argv)
{
    struct request request = {.output = "out.rep"};
    char program[PATH_MAX], library[PATH_MAX];
    struct launch_error error;
    int stop = read_options(argc, argv, &request);
    if (stop != 0)
        return stop == USAGE ? USAGE : print_help();
    fill_control(&request);
    if (launch_find_program(request.program[0], program, sizeof program,
                            &error) != 0 ||
        launch_find_library(library, sizeof library, &error) != 0) {
        say("%s", error.message);
        return USAGE;
    }
    return record(&request, program, library);
}
