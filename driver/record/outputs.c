/*
 * outputs.c -- names of traces; events converted, written, verified in turn.
 */
#include "driver/record/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/record/summary.h"
#include "driver/record/verify.h"
#include "driver/trace/compression.h"
#include "driver/trace/sink.h"

enum {
    MAX_TOLD = 8, /* children beyond are told of by their number only */
    TEXT_BYTES = 600
};

/* What stays the same from image to image. */
struct outputs {
    const struct record_request *request;
    const struct session *session;
    pid_t main_pid;
    struct follower *follower;
    struct record_outcome *outcome;
};

/* ---- names --------------------------------------------------------------- */

static bool is_main(const struct outputs *all,
                    const struct session_image *image)
{
    return image->last != 0 && image->pid == all->main_pid;
}

/* Name of an image's trace, to be freed; NULL without memory. */
static char *name_of(const struct outputs *all,
                     const struct session_image *image)
{
    char *name;
    const char *output = all->request->output;
    int stem = (int)compression_stem(output);
    const char *ending = output + stem;
    int length;
    if (is_main(all, image))
        length = asprintf(&name, "%s", output);
    else if (image->last != 0)
        length =
            asprintf(&name, "%.*s.%d%s", stem, output, (int)image->pid, ending);
    else
        length = asprintf(&name, "%.*s.%d.%u%s", stem, output, (int)image->pid,
                          image->image, ending);
    return length < 0 ? NULL : name;
}

/* ---- one image ----------------------------------------------------------- */

static void fail(const struct outputs *all, const char *about,
                 const char *problem)
{
    command_say(&record_verb, "%s: %s", about, problem);
    all->outcome->failed++;
}

static bool take_turn_to_tell(const struct outputs *all,
                              const struct session_image *image)
{
    if (all->outcome->told >= MAX_TOLD && !is_main(all, image))
        return false;
    all->outcome->told++;
    return true;
}

/* What was written, read again: the whole way is verified. */
static void verify(const struct outputs *all, const char *output,
                   const struct convert_report *report, bool tell)
{
    struct trace trace;
    struct trace_error error;
    struct verify_result result;
    char text[TEXT_BYTES];
    if (trace_read(output, &trace, &error) != 0) {
        fail(all, "verify", trace_format_error(&error, text, sizeof text));
        return;
    }
    if (verify_curve(&trace, report, all->request->convert.dialect, &result) !=
        0) {
        fail(all, output, strerror(errno));
    } else {
        bool different = result.different != 0 || report->unwitnessed != 0;
        if (tell || different)
            summary_verified(output, report, &result);
        all->outcome->different += different;
        all->outcome->verified++;
    }
    trace_free(&trace);
}

/* Returns 0, or an errno with *error filled; ENODATA: there is nothing. */
static int convert_to_file(const struct outputs *all, const char *output,
                           struct events_map *events,
                           struct converted *converted,
                           struct trace_error *error)
{
    struct sink sink;
    if (sink_open(&sink, output, error) != 0)
        return EIO;
    int failed =
        convert_events(events, &sink, &all->request->convert, converted);
    if (failed == 0 && converted->stream.n_ops == 0)
        failed = ENODATA;
    if (sink_close(&sink, output, failed, error) == 0)
        return 0;
    return failed != 0 ? failed : EIO;
}

/* The whole text, to be freed; NULL without memory. */
static char *convert_to_memory(const struct outputs *all,
                               struct events_map *events,
                               struct converted *converted, size_t *n)
{
    char *text = NULL;
    struct sink sink;
    FILE *memory = open_memstream(&text, n);
    if (memory == NULL)
        return NULL;
    converted_free(converted);
    sink_to_stream(&sink, memory);
    int failed =
        convert_events(events, &sink, &all->request->convert, converted);
    if (fclose(memory) == 0 && failed == 0)
        return text;
    free(text);
    return NULL;
}

/* Returns 0, or an errno with *error filled. */
static int write_text(const char *output, const char *text, size_t n,
                      struct trace_error *error)
{
    struct sink sink;
    if (sink_open(&sink, output, error) != 0)
        return EIO;
    int failed = sink_put(&sink, text, n) == 0 ? 0 : errno;
    return sink_close(&sink, output, failed, error) == 0 ? 0 : EIO;
}

/*
 * On a full disk the trace needs the room that the events have: it waits in
 * memory until these are given up.  They are in any case.
 */
static int convert_and_give_up(const struct outputs *all, const char *output,
                               const char *path, struct events_map *events,
                               struct converted *converted,
                               struct trace_error *error)
{
    size_t n = 0;
    char *text = NULL;
    int failed = convert_to_file(all, output, events, converted, error);
    if (failed == ENOSPC || failed == EDQUOT)
        text = convert_to_memory(all, events, converted, &n);
    events_map_close(events);
    unlink(path);
    if (text != NULL)
        failed = write_text(output, text, n, error);
    free(text);
    return failed;
}

static void conclude(const struct outputs *all,
                     const struct session_image *image, const char *output,
                     const struct converted *converted)
{
    all->outcome->written++;
    all->outcome->main_recorded |= is_main(all, image);
    bool tell = take_turn_to_tell(all, image);
    if (tell)
        summary_trace(all->request, output, &converted->stream,
                      &converted->report);
    if (all->request->control.verify != 0)
        verify(all, output, &converted->report, tell);
}

static void convert_image(const struct outputs *all,
                          const struct session_image *image, const char *output)
{
    char path[PATH_MAX + NAME_MAX], text[TEXT_BYTES];
    struct events_map events;
    struct converted converted = {.report = {.samples = NULL}};
    struct trace_error error;
    if (follow_take(all->follower, image, output, &converted) == 0) {
        conclude(all, image, output, &converted);
        converted_free(&converted);
        return;
    }
    record_session_events_path(all->session, image, path, sizeof path);
    if (events_map_open(&events, path) != 0) {
        fail(all, output,
             errno == EINVAL ? "the process could not record anything"
                             : strerror(errno));
        return;
    }
    int failed =
        convert_and_give_up(all, output, path, &events, &converted, &error);
    if (failed == 0)
        conclude(all, image, output, &converted);
    else if (failed != ENODATA)
        fail(all, "write", trace_format_error(&error, text, sizeof text));
    else if (is_main(all, image))
        fail(all, output, "expected at least one operation, recorded none");
    converted_free(&converted);
}

int outputs_write(const struct record_request *request,
                  const struct session *session, pid_t main_pid,
                  struct follower *follower, struct record_outcome *outcome)
{
    const struct outputs all = {request, session, main_pid, follower, outcome};
    struct session_image *images;
    size_t n;
    memset(outcome, 0, sizeof *outcome);
    if (record_session_list(session, &images, &n) != 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        char *output = name_of(&all, &images[i]);
        if (output == NULL)
            fail(&all, "output", strerror(ENOMEM));
        else
            convert_image(&all, &images[i], output);
        free(output);
    }
    free(images);
    return 0;
}
