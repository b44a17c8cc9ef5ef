/*
 * info_command.c -- `rep info`: what is in these traces, and what can be had?
 *
 * A trace is read, measured, shown and freed before the next one is read, so
 * that rows come as they are known and no more than one trace is in memory.
 */
#include "driver/inspect/info_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/command/command.h"
#include "driver/inspect/info.h"
#include "driver/report/json_value.h"
#include "driver/report/terminal.h"
#include "driver/trace/number.h"

enum { DONE, TEXT_BYTES = 600 };

#define DEFAULT_SECONDS 2
#define MOST_SECONDS    86400

struct request {
    struct effort effort;
    bool json;
    int n;
    char **paths;
};

/* Where it goes: to one of these, the others are unused. */
struct view {
    struct report_style style;
    struct info_table table;
    json_t *traces;
};

/* ---- options ----------------------------------------------------------- */

static const char help[] =
    "usage: rep info [options] FILE...\n"
    "Tells what traces ask of an allocator, and how well any could serve\n"
    "them: one file on a page, several in a table (- is standard input).\n"
    "\n"
    "      --json         figures for programs, units in their names\n"
    "      --seconds N    processor time to look for the achievable\n"
    "                     utilization of each trace (2; 0: do not)\n"
    "      --tries N      the same by number of placements tried, for\n"
    "                     equal results whatever the machine\n"
    "  -h, --help         this text\n\n"
    "The limit counts live bytes at their peak, rounded up to 16: no\n"
    "allocator does better. The achievable utilization is that of a\n"
    "placement of all blocks that was found with the future known; it\n"
    "stands until a better one is found, or is the limit itself.\n\n"
    "Exit status: 0, or 2 for wrong usage or a file that is no trace.";

enum { JSON = COMMAND_LONG, SECONDS, TRIES };

static const struct option options[] = {
    {"json", no_argument, NULL, JSON},
    {"seconds", required_argument, NULL, SECONDS},
    {"tries", required_argument, NULL, TRIES},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *read_seconds(const char *text, double *seconds)
{
    char *end;
    *seconds = strtod(text, &end);
    return text[strspn(text, "0123456789.")] == '\0' && end != text &&
                   *end == '\0' && *seconds <= MOST_SECONDS
               ? NULL
               : "seconds from 0 to 86400";
}

static const char *take_option(int option, void *to)
{
    struct request *request = to;
    switch (option) {
    case SECONDS: return read_seconds(optarg, &request->effort.seconds);
    case TRIES:
        return number_parse(optarg, &request->effort.tries) == 0 &&
                       request->effort.tries > 0
                   ? NULL
                   : "a number above 0";
    default: request->json = true; return NULL;
    }
}

static const struct command info_verb = {.name = "rep info",
                                         .help = help,
                                         .letters = ":h",
                                         .options = options,
                                         .take = take_option};

static int read_request(int argc, char **argv, struct request *request)
{
    int stop = command_read_options(&info_verb, argc, argv, request);
    request->n = argc - optind;
    request->paths = argv + optind;
    return stop == COMMAND_GO_ON && request->n == 0
               ? command_refuse(&info_verb, "expected a file")
               : stop;
}

/* ---- one trace after the other ----------------------------------------- */

/* A row has no place for what its header says. */
static void print_notes(const struct trace *trace)
{
    char text[TEXT_BYTES];
    for (size_t i = 0; i < trace->n_notes; i++) {
        fprintf(stderr, "%s\n", trace_format_note(trace, i, text, sizeof text));
    }
}

static void show(const struct request *request, const struct view *view,
                 const struct info *info)
{
    if (request->json) {
        value_append(view->traces, info_object(info));
    } else if (request->n == 1) {
        info_page(stdout, &view->style, info);
    } else {
        info_table_row(&view->table, info);
        fflush(stdout);
        print_notes(info->trace);
    }
}

/* Seconds may pass: whoever sits at a terminal is told what for. */
static void find_achievable(const struct request *request, const char *path,
                            struct info *info)
{
    const struct effort *effort = &request->effort;
    bool watched = isatty(STDERR_FILENO) && effort->seconds > 0;
    if (watched) {
        fprintf(stderr, "%.40s: placing %" PRIu64 " blocks ...", path,
                info->profile.blocks);
    }
    achievable_find(info->trace, effort, &info->achievable);
    if (watched) {
        fputs("\r\033[K", stderr);
    }
}

static int show_file(const struct request *request, const struct view *view,
                     const char *path)
{
    char text[TEXT_BYTES];
    struct trace trace;
    struct trace_error error;
    struct info info = {.trace = &trace};
    if (trace_read(path, &trace, &error) != 0) {
        fprintf(stderr, "%s\n", trace_format_error(&error, text, sizeof text));
        return COMMAND_USAGE;
    }
    int status = DONE;
    if (profile_make(&trace, &info.profile) != 0) {
        command_say(&info_verb, "%s: %s", path, strerror(errno));
        status = COMMAND_USAGE;
    } else {
        find_achievable(request, path, &info);
        show(request, view, &info);
    }
    trace_free(&trace);
    return status;
}

static void begin(const struct request *request, struct view *view)
{
    terminal_fit(stdout, COLOUR_AUTO, &view->style);
    if (request->json) {
        view->traces = json_array();
    } else if (request->n > 1) {
        info_table_open(&view->table, stdout, &view->style, request->n,
                        request->paths);
        info_table_head(&view->table);
    }
}

static int end(const struct request *request, const struct view *view)
{
    if (request->json) {
        json_t *object = json_object();
        value_put(object, "traces", view->traces);
        json_dumpf(object, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
        json_decref(object);
        putchar('\n');
    } else if (request->n > 1) {
        info_table_legend(&view->table);
    }
    return command_flush(&info_verb);
}

int info_command(int argc, char **argv)
{
    struct request request = {.effort = {.seconds = DEFAULT_SECONDS}};
    struct view view = {.traces = NULL};
    int stop = read_request(argc, argv, &request);
    if (stop != COMMAND_GO_ON) {
        return stop == COMMAND_HELP ? 0 : stop;
    }
    int status = DONE;
    begin(&request, &view);
    for (int i = 0; i < request.n; i++) {
        int failed = show_file(&request, &view, request.paths[i]);
        status = failed != DONE ? failed : status;
    }
    int failed = end(&request, &view);
    return failed != DONE ? failed : status;
}
