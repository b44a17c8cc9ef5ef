/*
 * check_command.c -- `rep check`: are these files traces?
 *
 * Each file is parsed as mdriver would, one at a time, and nothing else is
 * done with it.  What is wrong is the result, so it goes to standard output:
 * of each file the first mistake, since all that follows may be its doing,
 * and each number of a header that does not agree with the operations.
 */
#include "driver/inspect/check_command.h"

#include <stdio.h>

#include "driver/command/command.h"
#include "driver/report/text.h"
#include "driver/trace/trace.h"

enum { WELL_FORMED, MALFORMED, TEXT_BYTES = 600 };

struct tally {
    uint64_t files, malformed, ops, notes;
};

static const char help[] =
    "usage: rep check FILE...\n"
    "Reads traces of any dialect, plain or compressed (- is standard\n"
    "input), and tells of each the first mistake, and what its header\n"
    "says that is not so (a note: such a trace is well formed).\n\n"
    "  -h, --help   this text\n\n"
    "Exit status: 0 all are well formed, 1 one is malformed or cannot be\n"
    "read, 2 wrong usage.";

static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

static const struct command check_verb = {
    .name = "rep check", .help = help, .letters = ":h", .options = options};

static void check_file(const char *path, struct tally *tally)
{
    char text[TEXT_BYTES];
    struct trace trace;
    struct trace_error error;
    tally->files++;
    if (trace_read(path, &trace, &error) != 0) {
        puts(trace_format_error(&error, text, sizeof text));
        tally->malformed++;
        return;
    }
    for (size_t i = 0; i < trace.n_notes; i++) {
        puts(trace_format_note(&trace, i, text, sizeof text));
    }
    tally->ops += trace.n_ops;
    tally->notes += trace.n_notes;
    trace_free(&trace);
}

static void print_count(const char *before, uint64_t n, const char *one,
                        const char *many)
{
    printf("%s%s %s", before, figure_exact(n).text, n == 1 ? one : many);
}

/* "3 files: 2 well formed with 6,004 operations, 1 malformed; 1 note". */
static void print_tally(const struct tally *tally)
{
    uint64_t good = tally->files - tally->malformed;
    print_count("", tally->files, "file", "files");
    print_count(": ", good, "well formed", "well formed");
    if (good > 0) {
        print_count(" with ", tally->ops, "operation", "operations");
    }
    if (tally->malformed > 0) {
        print_count(", ", tally->malformed, "not", "not");
    }
    if (tally->notes > 0) {
        print_count("; ", tally->notes, "note", "notes");
    }
    putchar('\n');
}

static int check_files(int n, char **paths)
{
    struct tally tally = {0};
    for (int i = 0; i < n; i++) {
        check_file(paths[i], &tally);
    }
    print_tally(&tally);
    if (command_flush(&check_verb) != 0) {
        return COMMAND_USAGE;
    }
    return tally.malformed > 0 ? MALFORMED : WELL_FORMED;
}

int check_command(int argc, char **argv)
{
    int stop = command_read_options(&check_verb, argc, argv, NULL);
    if (stop != COMMAND_GO_ON) {
        return stop == COMMAND_HELP ? 0 : stop;
    }
    if (optind == argc) {
        return command_refuse(&check_verb, "expected a file");
    }
    return check_files(argc - optind, argv + optind);
}
