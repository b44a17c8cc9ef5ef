/*
 * mdriver.c -- replay traces against allocators and report.
 *
 * options -> traces -> results -> reports; each step is a module of its own.
 * Standard output is the result, standard error is talk.  Exit: 0 all valid,
 * 1 an allocator failed, 2 wrong usage or bad input.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/registry.h"
#include "driver/replay/worker.h"
#include "driver/report/report.h"
#include "driver/report/terminal.h"
#include "driver/run/execute.h"
#include "driver/run/machine.h"
#include "driver/run/options.h"
#include "driver/run/output.h"
#include "driver/run/shrink_failures.h"
#include "driver/run/trace_set.h"
#include "driver/subject/installed.h"
#include "driver/version.h"

enum { EXIT_VALID, EXIT_SUBJECT_FAILED, EXIT_BAD_INPUT, TEXT_BYTES = 600 };

static void print_option(const struct policy_option *option)
{
    const char *const *words = option->words;
    printf("    %s=", option->name);
    for (size_t i = 0; i < POLICY_MAX_WORDS && words[i] != NULL; i++) {
        printf("%s%s", i > 0 ? "|" : "", words[i]);
    }
    if (words[0] != NULL) {
        printf(" (%s)", words[option->initial]);
    } else {
        printf("%llu..%llu (%llu)", (unsigned long long)option->least,
               (unsigned long long)option->most,
               (unsigned long long)option->initial);
    }
    printf("  %s\n", option->summary);
}

static void print_policy(const char *name, const char *summary)
{
    printf("%-19s %s\n", name, summary);
}

/* What --list prints. */
static int list_policies(void)
{
    for (size_t i = 0; registry_at(i) != NULL; i++) {
        const struct policy *policy = registry_at(i);
        print_policy(policy->name, policy->summary);
        for (size_t k = 0; k < policy_count_options(policy); k++) {
            print_option(&policy->options[k]);
        }
    }
    print_policy("all", "each one above");
    struct subject libc = subject_libc();
    print_policy(libc.label, libc.policy->summary);
    for (size_t i = 0; installed_name(i) != NULL; i++) {
        print_policy(installed_name(i),
                     "an installed malloc, where its library is found");
    }
    print_policy("PATH/LIBRARY", "any other, for example ./libmymalloc.so");
    printf("\nWithout a name: %s.  Options follow a colon, words also alone:\n"
           "best-fit:order=address,split=64 or best-fit:address,split=64.  In\n"
           "parentheses: what holds where an option is not given.\n",
           registry_default()->name);
    return EXIT_VALID;
}

static void print_trace_errors(const struct trace_set *set)
{
    char text[TEXT_BYTES];
    for (size_t i = 0; i < set->n_errors; i++) {
        fprintf(stderr, "%s\n",
                trace_format_error(&set->errors[i], text, sizeof text));
    }
}

static void print_trace_notes(const struct trace_set *set)
{
    char text[TEXT_BYTES];
    for (size_t i = 0; i < set->n_traces; i++) {
        const struct trace *trace = &set->traces[i];
        for (size_t k = 0; k < trace->n_notes; k++) {
            fprintf(stderr, "%s\n",
                    trace_format_note(trace, k, text, sizeof text));
        }
    }
}

/* The files of --json and --csv, opened before the work begins. */
struct outputs {
    struct output json, csv;
};

static int open_one(struct output *output, const char *path)
{
    if (path == NULL || output_open(output, path) == 0) {
        return 0;
    }
    fprintf(stderr, "mdriver: %s: cannot write: %s\n", path, strerror(errno));
    return -1;
}

static int open_outputs(struct outputs *outputs, const struct options *options)
{
    memset(outputs, 0, sizeof *outputs);
    if (open_one(&outputs->json, options->json_path) != 0) {
        return -1;
    }
    if (open_one(&outputs->csv, options->csv_path) != 0) {
        if (outputs->json.file != NULL) {
            output_close(&outputs->json, -1);
        }
        return -1;
    }
    return 0;
}

typedef int report_fn(FILE *file, const struct run *run);

static int write_one(struct output *output, report_fn *report,
                     const struct run *run)
{
    if (output->file == NULL ||
        output_close(output, report(output->file, run)) == 0) {
        return 0;
    }
    fprintf(stderr, "mdriver: %s: cannot write: %s\n", output->path,
            strerror(errno));
    return -1;
}

/* For --shrink.  Returns 0, or -1 when a file could not be written. */
static int shrink(const struct options *options, const struct trace_set *set,
                  const struct run *run, FILE *people,
                  const struct report_style *style, int *interrupted)
{
    struct shrink_outcome outcome =
        shrink_failures(options, set, run, people, style, stderr);
    if (outcome.n_failures == 0) {
        fprintf(stderr, "mdriver: --shrink: nothing failed\n");
    }
    *interrupted = outcome.interrupted;
    return outcome.unwritten ? -1 : 0;
}

/* Failures, what is left of their traces, and the table end the output. */
static int write_reports(const struct options *options,
                         const struct trace_set *set, struct outputs *outputs,
                         const struct run *run, int *interrupted)
{
    struct report_style style = {
        .detail = options->detail,
        .autograder = options->autograder,
        .sweep = options->sweep,
    };
    bool data_on_stdout =
        outputs->json.file == stdout || outputs->csv.file == stdout;
    FILE *people = data_on_stdout ? stderr : stdout;
    terminal_fit(people, options->colour, &style);
    int status = report_failures(people, run, &style);
    int shrunk = options->shrink_s > 0 && *interrupted == 0
                     ? shrink(options, set, run, people, &style, interrupted)
                     : 0;
    if (!data_on_stdout && status == 0) {
        status = report_table(people, run, &style);
    }
    if (fflush(people) != 0 || status != 0) {
        fprintf(stderr, "mdriver: standard output: %s\n", strerror(errno));
        status = -1;
    }
    status |= shrunk;
    status |= write_one(&outputs->json, report_json, run);
    status |= write_one(&outputs->csv, report_csv, run);
    return status;
}

static bool all_valid(const struct run *run)
{
    for (size_t i = 0; i < run->n_traces * run->n_subjects; i++) {
        if (!result_valid(&run->results[i])) {
            return false;
        }
    }
    return true;
}

/* Runs what the options ask for on the traces that could be read. */
static int run_traces(const struct options *options,
                      const struct trace_set *set, char **argv)
{
    struct outputs outputs;
    if (open_outputs(&outputs, options) != 0) {
        return EXIT_BAD_INPUT;
    }
    struct run run = {0};
    machine_describe(&run.machine, argv);
    int status = execute(options, set, stderr, &run);
    int interrupted = run.interrupted ? worker_interrupted() : 0;
    if (status != 0) {
        fprintf(stderr, "mdriver: %s\n", strerror(errno));
    } else {
        status = write_reports(options, set, &outputs, &run, &interrupted);
    }
    int code = status != 0        ? EXIT_BAD_INPUT
               : !all_valid(&run) ? EXIT_SUBJECT_FAILED
                                  : EXIT_VALID;
    if (interrupted != 0) {
        fprintf(stderr, "mdriver: interrupted; what had ended is above\n");
        code = 128 + interrupted;
    }
    run_free(&run);
    return code;
}

static int read_and_run(const struct options *options, char **argv)
{
    struct trace_set set;
    if (trace_set_load(&set, options) != 0) {
        fprintf(stderr, "mdriver: out of memory while reading traces\n");
        trace_set_free(&set);
        return EXIT_BAD_INPUT;
    }
    print_trace_errors(&set);
    print_trace_notes(&set);
    int code = EXIT_BAD_INPUT;
    if (set.n_traces > 0) {
        code = run_traces(options, &set, argv);
    }
    if (set.n_errors > 0) {
        fprintf(stderr, "mdriver: %zu of %zu traces could not be read\n",
                set.n_errors, set.n_errors + set.n_traces);
        code = code > EXIT_BAD_INPUT ? code : EXIT_BAD_INPUT;
    }
    trace_set_free(&set);
    return code;
}

/*
 * Begins anew with more room for the thread-local variables of libraries that
 * are loaded late; comes back where that has been tried or is not the matter.
 */
static void restart_for_tls(char **argv)
{
    const char *ours = installed_tunables(), *set = getenv("GLIBC_TUNABLES");
    char both[TEXT_BYTES];
    int n = snprintf(both, sizeof both, "%s%s%s", set != NULL ? set : "",
                     set != NULL ? ":" : "", ours);
    if (installed_lacks_tls() && n < TEXT_BYTES &&
        (set == NULL || strstr(set, ours) == NULL) &&
        setenv("GLIBC_TUNABLES", both, 1) == 0) {
        execv("/proc/self/exe", argv);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    char message[256];
    int code = EXIT_BAD_INPUT;
    if (options_parse(argc, argv, &options, message, sizeof message) != 0) {
        restart_for_tls(argv);
        fprintf(stderr, "mdriver: %s (see --help and --list)\n", message);
    } else if (options.action == ACTION_HELP) {
        fputs(options_help(), stdout);
        code = EXIT_VALID;
    } else if (options.action == ACTION_VERSION) {
        printf("mdriver %s\n", VERSION);
        code = EXIT_VALID;
    } else if (options.action == ACTION_LIST) {
        code = list_policies();
    } else {
        code = read_and_run(&options, argv);
    }
    options_free(&options);
    return code;
}
