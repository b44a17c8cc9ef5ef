/*
 * symbols.c -- talks to the helper through a pair of sockets (symbols.h).
 *
 * The helper is made by the system call that underlies fork: no handlers run,
 * no lock is taken, and its end sends no signal that the program could see.
 */
#include "allocator/preload/debug/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/preload/debug/maps.h"

enum { PATIENCE_MS = 10000, ANSWER_ROOM = 4096 };

static struct {
    pid_t pid; /* 0: none */
    int socket;
} helper;

/* Beside the library, or where both are installed. */
static bool find_helper(char *path, size_t room)
{
    static const char *const places[] = {"", "../bin/"};
    struct mapping library;
    if (!maps_find((void *)(uintptr_t)find_helper, &library)) {
        return false;
    }
    int folder = (int)(maps_name(&library) - library.path);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int length = snprintf(path, room, "%.*s%smymalloc-symbols", folder,
                              library.path, places[i]);
        if (length > 0 && (size_t)length < room && access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

static void become_helper(const char *path, int socket)
{
    char pid[16];
    char *arguments[] = {(char *)(uintptr_t)path, pid, NULL};
    char *environment[] = {NULL};
    snprintf(pid, sizeof pid, "%d", (int)getppid());
    fcntl(socket, F_SETFD, 0); /* it may be one of the two below already */
    if (dup2(socket, STDIN_FILENO) >= 0 && dup2(socket, STDOUT_FILENO) >= 0) {
        execve(path, arguments, environment);
    }
    _exit(127);
}

void symbols_open(void)
{
    char path[1024];
    int ends[2];
    if (!find_helper(path, sizeof path) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return;
    }
    pid_t pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
    if (pid == 0) {
        become_helper(path, ends[1]);
    }
    close(ends[1]);
    helper.pid = pid > 0 ? pid : 0;
    helper.socket = ends[0];
}

void symbols_close(void)
{
    if (helper.pid != 0) {
        close(helper.socket);
        while (waitpid(helper.pid, NULL, __WALL) < 0 && errno == EINTR) {
        }
        helper.pid = 0;
    }
}

static bool ends_in_empty_line(const char *text, size_t n)
{
    return n != 0 && text[n - 1] == '\n' && (n == 1 || text[n - 2] == '\n');
}

/* Reads up to an empty line; false when the helper fails. */
static bool read_answer(char *text)
{
    size_t n = 0;
    struct pollfd ready = {.fd = helper.socket, .events = POLLIN};
    while (n < ANSWER_ROOM - 1 && poll(&ready, 1, PATIENCE_MS) > 0) {
        ssize_t got = read(helper.socket, text + n, ANSWER_ROOM - 1 - n);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        text[n] = '\0';
        if (ends_in_empty_line(text, n)) {
            return true;
        }
    }
    return false;
}

static bool ask(uintptr_t address, char *answer)
{
    char question[32];
    int length =
        snprintf(question, sizeof question, "%jx\n", (uintmax_t)address);
    return helper.pid != 0 &&
           send(helper.socket, question, (size_t)length, MSG_NOSIGNAL) ==
               length &&
           read_answer(answer);
}

/* Tells each "function\tplace\n" of an answer. */
static void tell_answer(char *answer, symbols_tell_fn *tell, void *context)
{
    for (char *line = answer; *line != '\n' && *line != '\0';) {
        char *tab = strchr(line, '\t');
        char *end = strchr(line, '\n');
        if (tab == NULL || end == NULL || tab > end) {
            return;
        }
        *tab = *end = '\0';
        tell(context, line, tab + 1);
        line = end + 1;
    }
}

static void tell_module(uintptr_t address, symbols_tell_fn *tell, void *context)
{
    struct mapping mapping;
    char text[160];
    if (maps_find((void *)address, &mapping) && mapping.path[0] != '\0') {
        snprintf(text, sizeof text, "%.120s+0x%jx", maps_name(&mapping),
                 (uintmax_t)(address - mapping.base));
    } else {
        snprintf(text, sizeof text, "0x%jx", (uintmax_t)address);
    }
    tell(context, text, "");
}

void symbols_name(uintptr_t address, symbols_tell_fn *tell, void *context)
{
    char answer[ANSWER_ROOM];
    if (ask(address, answer) && answer[0] != '\n') {
        tell_answer(answer, tell, context);
    } else {
        tell_module(address, tell, context);
    }
}
