/*
 * shrink_command.c -- options of `rep shrink`, then one call of the shrinker
 * with a test that runs the command.
 *
 * A candidate fails when the command ends as it does on the whole trace: with
 * the same exit status, by the same signal, or not in time.  Another failure
 * is another bug.
 */
#include "driver/shrink/shrink_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/command/command.h"
#include "driver/shrink/shrink.h"
#include "driver/shrink/trial.h"
#include "driver/trace/number.h"
#include "driver/trace/write.h"

enum { SIGNAL_STATUS = 128, TEXT = 700 };

struct request {
    const char *input;
    const char *output; /* NULL: named after the input */
    char **command;
    double seconds;
    double timeout_s;
};

/* ---- options ------------------------------------------------------------- */

static const char help[] =
    "usage: rep shrink [options] TRACE -- COMMAND...\n"
    "Keeps the smallest valid trace on which a command still fails.  In\n"
    "the command's words {} stands for the file with the trace.\n\n"
    "  -o, --output FILE    instead of NAME.min.rep in this folder;\n"
    "                       -: standard output\n"
    "      --timeout SEC    a run that takes longer hangs, which is a\n"
    "                       way to fail (default 60)\n"
    "      --seconds SEC    keep what was found by then (default: go on\n"
    "                       until nothing more can be left out)\n"
    "  -h, --help           this text\n\n"
    "The command fails when it ends with an exit status that is not 0,\n"
    "by a signal, or not in time.  It still fails when it ends in the\n"
    "same way as on the whole trace: another status is another failure.\n"
    "An interrupt keeps the smallest trace so far.";

static const char *read_seconds(double *seconds)
{
    return number_parse_seconds(optarg, seconds) == 0 ? NULL
                                                      : "seconds above 0";
}

enum { TIMEOUT = COMMAND_LONG, SECONDS };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"seconds", required_argument, NULL, SECONDS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *take_option(int option, void *to)
{
    struct request *request = to;
    switch (option) {
    case TIMEOUT: return read_seconds(&request->timeout_s);
    case SECONDS: return read_seconds(&request->seconds);
    default: request->output = optarg; return NULL;
    }
}

static const struct command shrink = {.name = "rep shrink",
                                      .help = help,
                                      .letters = ":o:h",
                                      .options = options,
                                      .take = take_option};

static int check_command(char **command)
{
    if (command == NULL || command[0] == NULL) {
        return command_complain(&shrink, "-- and a command behind the trace",
                                "");
    }
    for (size_t i = 0; command[i] != NULL; i++) {
        if (strstr(command[i], "{}") != NULL) {
            return 0;
        }
    }
    return command_complain(&shrink, "{} in the command, for the trace",
                            command[0]);
}

/* What stands behind "--", or NULL; *argc then ends before it. */
static char **split_command(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            *argc = i;
            return argv + i + 1;
        }
    }
    return NULL;
}

static int read_request(int argc, char **argv, struct request *request)
{
    request->command = split_command(&argc, argv);
    int stop = command_read_options(&shrink, argc, argv, request);
    if (stop == COMMAND_GO_ON) {
        stop = command_read_operand(&shrink, argc, argv, "a trace",
                                    "one trace only", &request->input);
    }
    return stop != COMMAND_GO_ON ? stop : check_command(request->command);
}

/* ---- the test ------------------------------------------------------------ */

struct test {
    const struct trace *original;
    struct trial trial;
    struct trial_end last;  /* of the last run */
    struct trial_end whole; /* of the whole trace, the first run */
    bool has_whole;
    bool watched; /* standard error is a terminal */
    const char *output;
    const char *name;
    size_t n_ops;
};

static bool has_failed(struct trial_end end)
{
    return end.how == TRIAL_SIGNALED || end.how == TRIAL_HUNG ||
           (end.how == TRIAL_EXITED && end.number != 0);
}

static enum shrink_verdict run_test(void *context,
                                    const struct trace *candidate,
                                    size_t *failed_op)
{
    (void)failed_op; /* a command does not tell */
    struct test *test = context;
    test->last = trial_run(&test->trial, candidate);
    if (test->last.how == TRIAL_STOPPED || test->last.how == TRIAL_FAILED) {
        return SHRINK_GIVE_UP;
    }
    if (!test->has_whole) {
        test->whole = test->last;
        test->has_whole = has_failed(test->last);
        return test->has_whole ? SHRINK_FAILS : SHRINK_PASSES;
    }
    return trial_same(test->whole, test->last) ? SHRINK_FAILS : SHRINK_PASSES;
}

static void tell(void *context, size_t n_ops, size_t n_tests)
{
    const struct test *test = context;
    if (test->watched) {
        fprintf(stderr, "\r\033[K%.40s: %zu of %zu operations left, %zu runs",
                test->name, n_ops, test->n_ops, n_tests);
    }
}

/* ---- the result ---------------------------------------------------------- */

static int stopped_status(const struct test *test)
{
    return test->last.how == TRIAL_STOPPED ? SIGNAL_STATUS + test->last.number
                                           : COMMAND_USAGE;
}

/* Why there is no result. */
static int refuse(const struct test *test, const struct shrink_result *result)
{
    char end[TEXT];
    bool told = test->last.how == TRIAL_STOPPED ||
                test->last.how == TRIAL_FAILED ||
                result->end != SHRINK_NO_VERDICT;
    trial_describe(&test->trial, test->last, end, sizeof end);
    switch (result->end) {
    case SHRINK_NOT_FAILING:
        command_say(&shrink, "expected the command to fail on %s, got %s",
                    test->name, end);
        break;
    case SHRINK_SPLIT_PASSES:
        command_say(
            &shrink,
            "expected the command to fail on %s with an id for each lifetime "
            "of a block too, got exit status 0",
            test->name);
        break;
    case SHRINK_EMPTY_FAILS:
        command_say(
            &shrink,
            "expected the command to pass a trace without operations, got %s "
            "as on %s",
            end, test->name);
        break;
    default: command_say(&shrink, "%s", told ? end : "out of memory"); break;
    }
    return stopped_status(test);
}

static int write_result(const struct trace *trace, const char *output)
{
    struct trace_error error;
    if (strcmp(output, "-") == 0) {
        if (trace_write(trace, stdout) == 0) {
            return 0;
        }
        command_say(&shrink, "standard output: %s", strerror(errno));
        return COMMAND_USAGE;
    }
    return trace_write_file(trace, output, &error) == 0
               ? 0
               : command_fail(&shrink, &error);
}

static void summarize(const struct test *test,
                      const struct shrink_result *result)
{
    const char *output = test->output;
    char end[TEXT];
    command_say(&shrink, "%s: %zu operations became %zu in %zu runs and %.1f s",
                test->name, test->n_ops, result->trace.n_ops, result->n_tests,
                result->seconds);
    command_say(&shrink, "written to %s, which fails alike: %s",
                strcmp(output, "-") == 0 ? "standard output" : output,
                trial_describe(&test->trial, test->whole, end, sizeof end));
}

/* An unfinished result is a result: it is written, and why it is none said. */
static int conclude(const struct test *test, const struct shrink_result *result)
{
    if (write_result(&result->trace, test->output) != 0) {
        return COMMAND_USAGE;
    }
    summarize(test, result);
    if (result->end == SHRINK_MINIMAL) {
        return 0;
    }
    char end[TEXT];
    bool over =
        test->last.how != TRIAL_STOPPED && test->last.how != TRIAL_FAILED;
    command_say(
        &shrink, "not finished: %s",
        over ? "the time is over"
             : trial_describe(&test->trial, test->last, end, sizeof end));
    return over ? 0 : stopped_status(test);
}

static int find_smallest(const struct request *request, struct test *test)
{
    struct shrink_how how = {
        .test = run_test,
        .tell = tell,
        .context = test,
        .seconds = request->seconds,
    };
    struct shrink_result result;
    shrink_trace(test->original, &how, &result);
    if (test->watched) {
        fputs("\r\033[K", stderr);
    }
    bool has_trace =
        result.end == SHRINK_MINIMAL || result.end == SHRINK_UNFINISHED;
    int status = has_trace ? conclude(test, &result) : refuse(test, &result);
    trace_free(&result.trace);
    return status;
}

static int open_and_shrink(const struct request *request,
                           const struct trace *original)
{
    struct test test = {
        .original = original,
        .name = request->input,
        .n_ops = original->n_ops,
        .watched = isatty(STDERR_FILENO),
    };
    char name[TEXT];
    shrink_file_name(original, name, sizeof name);
    test.output = request->output != NULL ? request->output : name;
    if (command_check_output(&shrink, test.output) != 0) {
        return COMMAND_USAGE;
    }
    if (trial_open(&test.trial, request->command, name, request->timeout_s) !=
        0) {
        command_say(&shrink,
                    "expected a folder for temporary files, got \"%s\"",
                    strerror(errno));
        return COMMAND_USAGE;
    }
    int status = find_smallest(request, &test);
    trial_close(&test.trial);
    return status;
}

int shrink_command(int argc, char **argv)
{
    struct request request = {.timeout_s = 60};
    struct trace original;
    struct trace_error error;
    int stop = read_request(argc, argv, &request);
    if (stop != COMMAND_GO_ON) {
        return stop == COMMAND_HELP ? 0 : stop;
    }
    if (trace_read(request.input, &original, &error) != 0) {
        return command_fail(&shrink, &error);
    }
    int status = open_and_shrink(&request, &original);
    trace_free(&original);
    return status;
}
