/*
 * trial.c -- a file, a child in a process group of its own, and a wait that
 * ends with the child, with the time, or with a signal to us.
 *
 * Signals are not handled but blocked and waited for: nothing happens between
 * two runs that would leave half a file.
 */
#include "driver/shrink/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "driver/clock/clock.h"
#include "driver/trace/write.h"

extern char **environ;

/* ---- words --------------------------------------------------------------- */

static size_t count_words(char **words)
{
    size_t n = 0;
    while (words[n] != NULL) {
        n++;
    }
    return n;
}

/* A copy of word with path in the place of each {}; NULL: no memory. */
static char *fill_in(const char *word, const char *path)
{
    size_t n_places = 0;
    for (const char *at = word; (at = strstr(at, "{}")) != NULL; at += 2) {
        n_places++;
    }
    char *filled = malloc(strlen(word) + n_places * strlen(path) + 1);
    if (filled == NULL) {
        return NULL;
    }
    char *to = filled;
    const char *place;
    while ((place = strstr(word, "{}")) != NULL) {
        to = mempcpy(to, word, (size_t)(place - word));
        to = stpcpy(to, path);
        word = place + 2;
    }
    strcpy(to, word);
    return filled;
}

static void free_words(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        free(words[i]);
    }
    free(words);
}

static char **fill_in_all(char **words, const char *path)
{
    size_t n = count_words(words);
    char **filled = calloc(n + 1, sizeof *filled);
    for (size_t i = 0; filled != NULL && i < n; i++) {
        filled[i] = fill_in(words[i], path);
        if (filled[i] == NULL) {
            free_words(filled);
            return NULL;
        }
    }
    return filled;
}

/* ---- open and close ------------------------------------------------------ */

/* The folder, the file's path and the words; false with errno set. */
static bool prepare(struct trial *trial, const char *name)
{
    const char *place = getenv("TMPDIR");
    place = place != NULL && *place != '\0' ? place : "/tmp";
    char *folder;
    if (asprintf(&folder, "%s/rep-shrink-XXXXXX", place) < 0) {
        return false;
    }
    if (mkdtemp(folder) == NULL) {
        free(folder);
        return false;
    }
    trial->folder = folder;
    if (asprintf(&trial->path, "%s/%s", folder, name) < 0) {
        trial->path = NULL;
        return false;
    }
    trial->argv = fill_in_all(trial->words, trial->path);
    return trial->argv != NULL;
}

static void add_unless_ignored(sigset_t *set, int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        sigaddset(set, number);
    }
}

/* An ignored SIGCHLD would lose how children end. */
static void hold_signals(struct trial *trial)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigemptyset(&trial->ours);
    sigaddset(&trial->ours, SIGCHLD);
    add_unless_ignored(&trial->ours, SIGINT);
    add_unless_ignored(&trial->ours, SIGTERM);
    add_unless_ignored(&trial->ours, SIGHUP);
    sigaction(SIGCHLD, &standard, &trial->before_child);
    sigprocmask(SIG_BLOCK, &trial->ours, &trial->before);
}

static void remove_files(struct trial *trial)
{
    if (trial->path != NULL) {
        unlink(trial->path);
    }
    if (trial->folder != NULL) {
        rmdir(trial->folder); /* stays where the command left files in it */
    }
    free_words(trial->argv);
    free(trial->path);
    free(trial->folder);
}

int trial_open(struct trial *trial, char **words, const char *name,
               double limit_s)
{
    *trial = (struct trial){.words = words, .limit_s = limit_s};
    if (!prepare(trial, name)) {
        int error = errno;
        remove_files(trial);
        errno = error;
        return -1;
    }
    hold_signals(trial);
    return 0;
}

void trial_close(struct trial *trial)
{
    remove_files(trial);
    sigaction(SIGCHLD, &trial->before_child, NULL);
    sigprocmask(SIG_SETMASK, &trial->before, NULL);
}

/* ---- the child ----------------------------------------------------------- */

/* A group of its own, our caller's signal mask, no input, no output. */
static int spawn(const struct trial *trial, pid_t *pid)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &trial->before);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    }
    int error = posix_spawnp(pid, trial->argv[0], &files, &attributes,
                             trial->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* A signal of ours, or 0 when the time is over. */
static int next_signal(const struct trial *trial, double until_s)
{
    double left_s = until_s - clock_wall_s();
    if (left_s <= 0) {
        return 0;
    }
    struct timespec left = {.tv_sec = (time_t)left_s};
    left.tv_nsec = (long)((left_s - (double)left.tv_sec) * 1e9);
    int number = sigtimedwait(&trial->ours, NULL, &left);
    return number > 0 ? number : 0;
}

static bool has_ended(pid_t pid, siginfo_t *status)
{
    *status = (siginfo_t){.si_pid = 0};
    return waitid(P_PID, (id_t)pid, status, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           status->si_pid != 0;
}

/* How it ended; or hung or stopped, and then it still runs. */
static struct trial_end await(const struct trial *trial, pid_t pid)
{
    double until_s = clock_wall_s() + trial->limit_s;
    siginfo_t status;
    while (!has_ended(pid, &status)) {
        int number = next_signal(trial, until_s);
        if (number != 0 && number != SIGCHLD) {
            return (struct trial_end){.how = TRIAL_STOPPED, .number = number};
        }
        if (number == 0 && clock_wall_s() >= until_s) {
            return (struct trial_end){.how = TRIAL_HUNG};
        }
    }
    enum trial_how how =
        status.si_code == CLD_EXITED ? TRIAL_EXITED : TRIAL_SIGNALED;
    return (struct trial_end){.how = how, .number = status.si_status};
}

/* The group goes while its leader still holds its number. */
static void bury(pid_t pid)
{
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

static struct trial_end run_command(struct trial *trial)
{
    pid_t pid;
    int error = spawn(trial, &pid);
    if (error != 0) {
        snprintf(trial->problem, sizeof trial->problem, "%.300s: %s",
                 trial->words[0], strerror(error));
        return (struct trial_end){.how = TRIAL_FAILED};
    }
    struct trial_end end = await(trial, pid);
    bury(pid);
    return end;
}

struct trial_end trial_run(struct trial *trial, const struct trace *trace)
{
    struct trace_error error;
    if (trace_write_file(trace, trial->path, &error) != 0) {
        trace_format_error(&error, trial->problem, sizeof trial->problem);
        return (struct trial_end){.how = TRIAL_FAILED};
    }
    return run_command(trial);
}

/* ---- what it means ------------------------------------------------------- */

bool trial_same(struct trial_end a, struct trial_end b)
{
    return a.how == b.how && a.number == b.number;
}

char *trial_describe(const struct trial *trial, struct trial_end end,
                     char *text, size_t room)
{
    switch (end.how) {
    case TRIAL_EXITED:
        snprintf(text, room, "exit status %d", end.number);
        break;
    case TRIAL_SIGNALED:
    case TRIAL_STOPPED:
        snprintf(text, room, "signal %d (%s)", end.number,
                 strsignal(end.number));
        break;
    case TRIAL_HUNG:
        snprintf(text, room, "no end after %g s", trial->limit_s);
        break;
    case TRIAL_FAILED: snprintf(text, room, "%s", trial->problem); break;
    }
    return text;
}
