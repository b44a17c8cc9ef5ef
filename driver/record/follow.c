/*
 * follow.c -- a thread, and a list of what it has written.
 */
#include "driver/record/follow.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "driver/trace/compression.h"
#include "driver/trace/sink.h"

enum {
    MOST_IMAGES = 64,
    FIRST_REST_NS = 1000000,
    MOST_DOUBLED = 5 /* so often is it doubled while nothing comes */
};

struct followed {
    struct converted converted;
    bool done; /* and not taken yet */
};

struct follower {
    const struct session *session;
    const struct convert_options *options;
    pid_t pid;
    pthread_t thread;
    atomic_bool ended; /* the process */
    sem_t news;        /* that it has */
    unsigned image;    /* at hand */
    struct followed images[MOST_IMAGES];
};

/* ---- the thread ---------------------------------------------------------- */

static struct session_image image_of(const struct follower *follower,
                                     unsigned image)
{
    return (struct session_image){.pid = follower->pid, .image = image};
}

/* Where the thread writes. */
static void name_trace(const struct follower *follower, unsigned image,
                       char *path, size_t room)
{
    snprintf(path, room, "%s/%d.%u.rep", follower->session->directory,
             (int)follower->pid, image);
}

static bool has_begun(const struct follower *follower, unsigned image)
{
    struct session_image at = image_of(follower, image);
    return record_session_has_begun(follower->session, &at);
}

/* Neither has the process ended nor executed another program. */
static bool is_going(void *context)
{
    struct follower *follower = context;
    return !follower->ended && !has_begun(follower, follower->image + 1);
}

/* Ends early where the process does. */
static void rest(void *context, unsigned times)
{
    struct follower *follower = context;
    struct timespec until;
    unsigned doubled = times < MOST_DOUBLED ? times : MOST_DOUBLED;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)FIRST_REST_NS << doubled;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    sem_timedwait(&follower->news, &until);
}

/* Waits for a program to begin; false when none will. */
static bool wait_for_image(struct follower *follower)
{
    for (unsigned rests = 0;; rests++) {
        bool ended = follower->ended;
        if (has_begun(follower, follower->image))
            return true;
        if (ended)
            return false;
        rest(follower, rests);
    }
}

static void follow_image(struct follower *follower)
{
    char path[PATH_MAX + NAME_MAX];
    struct sink sink;
    struct trace_error error;
    struct events_map events;
    struct session_image image = image_of(follower, follower->image);
    struct followed *followed = &follower->images[follower->image];
    record_session_events_path(follower->session, &image, path, sizeof path);
    const struct events_writer writer = {is_going, rest, follower};
    if (events_map_follow(&events, path, &writer) != 0)
        return;
    name_trace(follower, follower->image, path, sizeof path);
    if (sink_open(&sink, path, &error) == 0) {
        int failed = convert_events(&events, &sink, follower->options,
                                    &followed->converted);
        followed->done = sink_close(&sink, path, failed, &error) == 0 &&
                         followed->converted.stream.n_ops > 0;
        if (!followed->done)
            converted_free(&followed->converted);
    }
    events_map_close(&events);
}

static void *follow(void *context)
{
    struct follower *follower = context;
    while (follower->image < MOST_IMAGES && wait_for_image(follower)) {
        follow_image(follower);
        follower->image++;
    }
    return NULL;
}

/* ---- both ---------------------------------------------------------------- */

struct follower *follow_start(const struct session *session, pid_t pid,
                              const struct record_request *request)
{
    struct stat status;
    bool special =
        stat(request->output, &status) == 0 && !S_ISREG(status.st_mode);
    if (special || compression_is_known(request->output))
        return NULL;
    struct follower *follower = calloc(1, sizeof *follower);
    if (follower == NULL)
        return NULL;
    follower->session = session;
    follower->options = &request->convert;
    follower->pid = pid;
    sem_init(&follower->news, 0, 0);
    if (pthread_create(&follower->thread, NULL, follow, follower) == 0)
        return follower;
    follow_free(follower);
    return NULL;
}

void follow_finish(struct follower *follower)
{
    if (follower == NULL)
        return;
    follower->ended = true;
    sem_post(&follower->news);
    pthread_join(follower->thread, NULL);
}

int follow_take(struct follower *follower, const struct session_image *image,
                const char *output, struct converted *converted)
{
    char path[PATH_MAX + NAME_MAX];
    if (follower == NULL || image->pid != follower->pid ||
        image->image >= MOST_IMAGES || !follower->images[image->image].done)
        return -1;
    name_trace(follower, image->image, path, sizeof path);
    if (sink_place(path, output) != 0)
        return -1;
    follower->images[image->image].done = false;
    *converted = follower->images[image->image].converted;
    return 0;
}

void follow_free(struct follower *follower)
{
    for (unsigned i = 0; follower != NULL && i < MOST_IMAGES; i++)
        if (follower->images[i].done)
            converted_free(&follower->images[i].converted);
    if (follower != NULL)
        sem_destroy(&follower->news);
    free(follower);
}
