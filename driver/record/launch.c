/*
 * launch.c -- fork, preload, exec, and a wait that signals do not end.
 */
#include "driver/record/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/record/events.h"

#define LIBRARY "librecord.so"

/* ---- the library --------------------------------------------------------- */

static int own_folder(char *folder, size_t room)
{
    ssize_t length = readlink("/proc/self/exe", folder, room - 1);
    if (length <= 0)
        return -1;
    folder[length] = '\0';
    *strrchr(folder, '/') = '\0';
    return 0;
}

int launch_find_library(char *path, size_t room, struct launch_error *error)
{
    static const char *const places[] = {"", "/../lib"};
    char folder[PATH_MAX];
    if (own_folder(folder, sizeof folder) != 0)
        strcpy(folder, ".");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int length = snprintf(path, room, "%s%s/" LIBRARY, folder, places[i]);
        if (length < 0 || (size_t)length >= room || access(path, R_OK) != 0)
            continue;
        if (strpbrk(path, ": ") == NULL)
            return 0;
        snprintf(error->message, sizeof error->message,
                 "%.300s: expected a path without colon or blank, as the "
                 "dynamic linker can preload no other",
                 path);
        return -1;
    }
    snprintf(error->message, sizeof error->message,
             "expected " LIBRARY " in %.200s or %.200s/../lib, found none",
             folder, folder);
    return -1;
}

/* ---- the child ----------------------------------------------------------- */

/* In front of what is preloaded anyway. */
static int set_environment(const char *library, const char *directory)
{
    const char *others = getenv("LD_PRELOAD");
    char *preload;
    int length = others == NULL || *others == '\0'
                     ? asprintf(&preload, "%s", library)
                     : asprintf(&preload, "%s:%s", library, others);
    if (length < 0)
        return -1;
    int result = setenv("LD_PRELOAD", preload, 1);
    free(preload);
    if (result != 0)
        return -1;
    return setenv(RECORD_DIRECTORY_VARIABLE, directory, 1);
}

/* Tells errno through the pipe, which a successful exec closes. */
static _Noreturn void become_program(char *const *argv, const char *program,
                                     const char *library, const char *directory,
                                     int tell)
{
    if (set_environment(library, directory) == 0)
        execvp(program, argv);
    int error = errno;
    ssize_t written = write(tell, &error, sizeof error);
    (void)written;
    _exit(127);
}

/* ---- signals ------------------------------------------------------------- */

static volatile sig_atomic_t program_pid;

static void hand_on(int number)
{
    if (program_pid > 0)
        kill((pid_t)program_pid, number);
}

struct handlers {
    struct sigaction interrupt, quit, terminate, hang_up;
    sigset_t mask;
};

/* What is handed on stays blocked until it is known to whom. */
static void take_signals(struct handlers *before)
{
    sigset_t handed_on;
    sigemptyset(&handed_on);
    sigaddset(&handed_on, SIGTERM);
    sigaddset(&handed_on, SIGHUP);
    sigprocmask(SIG_BLOCK, &handed_on, &before->mask);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction handing_on = {.sa_handler = hand_on,
                                   .sa_flags = SA_RESTART};
    sigaction(SIGINT, &ignore, &before->interrupt);
    sigaction(SIGQUIT, &ignore, &before->quit);
    sigaction(SIGTERM, &handing_on, &before->terminate);
    sigaction(SIGHUP, &handing_on, &before->hang_up);
}

static void give_signals_back(const struct handlers *before)
{
    sigaction(SIGINT, &before->interrupt, NULL);
    sigaction(SIGQUIT, &before->quit, NULL);
    sigaction(SIGTERM, &before->terminate, NULL);
    sigaction(SIGHUP, &before->hang_up, NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* ---- both ---------------------------------------------------------------- */

static int wait_for(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return 0;
}

static int fail(struct launch_error *error, const char *about, int number)
{
    snprintf(error->message, sizeof error->message, "%.300s: %s", about,
             strerror(number));
    return -1;
}

int launch_wait(pid_t pid, int *status, struct launch_error *error)
{
    int waited = wait_for(pid, status);
    int number = errno;
    program_pid = 0;
    return waited == 0 ? 0 : fail(error, "wait", number);
}

int launch_start(char *const *argv, const char *program, const char *library,
                 const char *directory, pid_t *pid, struct launch_error *error)
{
    int tell[2];
    struct handlers before;
    if (pipe2(tell, O_CLOEXEC) != 0)
        return fail(error, "pipe", errno);
    take_signals(&before);
    *pid = fork();
    if (*pid == 0) {
        give_signals_back(&before);
        become_program(argv, program, library, directory, tell[1]);
    }
    int number = errno;
    close(tell[1]);
    if (*pid < 0) {
        close(tell[0]);
        give_signals_back(&before);
        return fail(error, "fork", number);
    }
    program_pid = *pid;
    sigprocmask(SIG_SETMASK, &before.mask, NULL);
    ssize_t told = read(tell[0], &number, sizeof number);
    close(tell[0]);
    if (told != (ssize_t)sizeof number)
        return 0;
    int status;
    launch_wait(*pid, &status, error);
    return fail(error, program, number);
}
