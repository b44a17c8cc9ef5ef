/*
 * record_command.c -- options of `rep record`: run, convert, conclude.
 *
 * The program runs with the library preloaded and leaves an event file for
 * each of its process images; these become traces, that of the main process
 * while it runs (follow.h), the others when it has ended.
 */
#include "driver/record/record_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/record/launch.h"
#include "driver/record/outputs.h"
#include "driver/record/recover.h"
#include "driver/record/request.h"
#include "driver/record/session.h"
#include "driver/record/summary.h"
#include "driver/trace/number.h"

enum { DIFFERENT = 1, SIGNAL_STATUS = 128 };

/* ---- options ------------------------------------------------------------- */

static int print_help(void)
{
    puts(
        "usage: rep record [options] [--] PROGRAM [ARGUMENTS]\n"
        "       rep record --recover FOLDER [-o FILE]\n"
        "Runs a program and writes what it allocates as a trace; each of its\n"
        "child processes gets a file of its own, OUT.PID.rep, and each\n"
        "program that one ran before by exec OUT.PID.N.rep.\n\n"
        "  -o, --output FILE      instead of out.rep; compressed where it\n"
        "                         ends in .gz, .zst, .xz or .bz2\n"
        "      --limit N          keep at most N operations of a process\n"
        "      --start-after N    leave out the first N operations of each\n"
        "      --extended         keep calloc, alignment and threads, which\n"
        "                         only readers of that dialect understand\n"
        "      --verify           compare the live bytes of the trace with\n"
        "                         the sizes kept inside the program's blocks\n"
        "      --recover FOLDER   make the traces of a recording that was\n"
        "                         killed, .out.rep.XXXXXX beside the output\n"
        "  -h, --help             this text\n\n"
        "The exit status is that of the program, 128 + N where signal N\n"
        "ended it; 1 where --verify finds a difference; 2 where nothing could\n"
        "be recorded.");
    return command_flush(&record_verb);
}

enum { LIMIT = COMMAND_LONG, START_AFTER, EXTENDED, VERIFY, RECOVER };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"limit", required_argument, NULL, LIMIT},
    {"start-after", required_argument, NULL, START_AFTER},
    {"extended", no_argument, NULL, EXTENDED},
    {"verify", no_argument, NULL, VERIFY},
    {"recover", required_argument, NULL, RECOVER},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int take_number(uint64_t *number, uint64_t least)
{
    if (number_parse(optarg, number) == 0 && *number >= least)
        return 0;
    return command_complain(
        &record_verb, least == 0 ? "a number" : "a number above 0", optarg);
}

/* Returns COMMAND_GO_ON, COMMAND_HELP or COMMAND_USAGE. */
static int take_option(int option, struct record_request *request)
{
    switch (option) {
    case 'o': request->output = optarg; return 0;
    case 'h': return COMMAND_HELP;
    case EXTENDED: request->convert.dialect = DIALECT_EXTENDED; return 0;
    case RECOVER: request->recover = optarg; return 0;
    case VERIFY: request->control.verify = 1; return 0;
    case LIMIT: return take_number(&request->convert.max_ops, 1);
    case START_AFTER: return take_number(&request->control.start_after, 0);
    default: return COMMAND_USAGE;
    }
}

static int check_output(struct record_request *request)
{
    if (request->output == NULL && request->recover == NULL)
        request->output = "out.rep";
    if (request->output == NULL)
        return COMMAND_GO_ON;
    if (strcmp(request->output, "-") == 0 || *request->output == '\0')
        return command_complain(&record_verb, "the name of a file to write",
                                request->output);
    return command_check_output(&record_verb, request->output);
}

static int read_options(int argc, char **argv, struct record_request *request)
{
    int option;
    int stop = 0;
    static char name[] = "rep record"; /* what getopt calls us */
    argv[0] = name;
    optind = 1;
    while (stop == 0 &&
           (option = getopt_long(argc, argv, "+o:h", options, NULL)) != -1)
        stop = take_option(option, request);
    if (stop != 0)
        return stop;
    if (request->recover == NULL && optind == argc)
        return command_complain(&record_verb, "a program to run", "");
    if (request->recover != NULL && optind < argc)
        return command_complain(
            &record_verb, "no program to run with --recover", argv[optind]);
    request->program = argv + optind;
    return check_output(request);
}

/* The library stops where no slot can be needed for the limit any more. */
static void fill_control(struct record_request *request)
{
    struct record_control *control = &request->control;
    uint64_t most = request->convert.max_ops;
    control->magic = CONTROL_MAGIC;
    control->recorder_pid = (uint64_t)getpid();
    if (most != 0 && most <= UINT64_MAX / RECORD_SLOTS_PER_OP)
        control->max_slots = most * RECORD_SLOTS_PER_OP;
    if (request->convert.dialect == DIALECT_CLASSIC)
        control->small_limit = EVENT_SMALL_LIMIT;
}

/* ---- all ----------------------------------------------------------------- */

static int exit_status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? SIGNAL_STATUS + WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
}

static int conclude(const struct record_request *request,
                    const struct record_outcome *outcome, int wait_status)
{
    summary_outcome(request, outcome, wait_status);
    if (!outcome->main_recorded || outcome->failed != 0)
        return COMMAND_USAGE;
    return outcome->different != 0 ? DIFFERENT : exit_status_of(wait_status);
}

static int record(const struct record_request *request, const char *program,
                  const char *library)
{
    struct session session;
    struct launch_error error;
    struct record_outcome outcome;
    pid_t pid;
    int wait_status;
    if (record_session_open(&session, request->output, &request->control) !=
        0) {
        command_say(&record_verb, "%s: cannot write beside it: %s",
                    request->output, strerror(errno));
        return COMMAND_USAGE;
    }
    int status = COMMAND_USAGE;
    struct follower *follower = NULL;
    if (launch_start(request->program, program, library, session.directory,
                     &pid, &error) != 0) {
        command_say(&record_verb, "%s", error.message);
        record_session_close(&session);
        return COMMAND_USAGE;
    }
    follower = follow_start(&session, pid, request);
    int waited = launch_wait(pid, &wait_status, &error);
    follow_finish(follower);
    if (waited != 0)
        command_say(&record_verb, "%s", error.message);
    else if (outputs_write(request, &session, pid, follower, &outcome) != 0)
        command_say(&record_verb, "%s: %s", session.directory, strerror(errno));
    else
        status = conclude(request, &outcome, wait_status);
    follow_free(follower);
    record_session_close(&session);
    return status;
}

static int recover(struct record_request *request)
{
    struct session session;
    struct record_outcome outcome;
    pid_t main_pid;
    char *output;
    int status =
        recover_open(request->recover, &session, request, &main_pid, &output);
    if (status == COMMAND_GO_ON &&
        outputs_write(request, &session, main_pid, NULL, &outcome) == 0) {
        status = conclude(request, &outcome, 0);
        if (outcome.failed == 0)
            record_session_close(&session);
    }
    free(output);
    return status;
}

static int find_and_record(struct record_request *request)
{
    char program[PATH_MAX], library[PATH_MAX];
    struct launch_error error;
    fill_control(request);
    if (launch_find_program(request->program[0], program, sizeof program,
                            &error) != 0 ||
        launch_find_library(library, sizeof library, &error) != 0) {
        command_say(&record_verb, "%s", error.message);
        return COMMAND_USAGE;
    }
    recover_tell(request->output);
    return record(request, program, library);
}

int record_command(int argc, char **argv)
{
    struct record_request request = {.output = NULL};
    int stop = read_options(argc, argv, &request);
    if (stop != COMMAND_GO_ON)
        return stop == COMMAND_HELP ? print_help() : stop;
    return request.recover != NULL ? recover(&request)
                                   : find_and_record(&request);
}
