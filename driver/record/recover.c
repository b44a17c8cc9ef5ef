/*
 * recover.c -- who left a recording, and who is still at it.
 */
#include "driver/record/recover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/record/summary.h"

enum { RANDOM_LETTERS = 6 }; /* of mkdtemp, behind a dot */

/* ---- what the directory tells -------------------------------------------- */

/* The first n bytes of a file; false: it has less. */
static bool read_start(const char *path, void *to, size_t n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, to, n);
    close(fd);
    return got == (ssize_t)n;
}

static bool read_control(const char *directory, struct record_control *control)
{
    char path[PATH_MAX + sizeof RECORD_CONTROL_NAME];
    snprintf(path, sizeof path, "%s/" RECORD_CONTROL_NAME, directory);
    return read_start(path, control, sizeof *control) &&
           control->magic == CONTROL_MAGIC;
}

/* Whether a process runs this very program. */
static bool is_recorder(uint64_t pid)
{
    char path[64];
    struct stat self, other;
    snprintf(path, sizeof path, "/proc/%llu/exe", (unsigned long long)pid);
    return stat("/proc/self/exe", &self) == 0 && stat(path, &other) == 0 &&
           self.st_dev == other.st_dev && self.st_ino == other.st_ino;
}

/* Whether a process has a file of that directory mapped. */
static bool has_mapped(pid_t pid, const char *directory)
{
    char path[64];
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "re");
    while (maps != NULL && !found && getline(&line, &room, maps) > 0)
        found = strstr(line, directory) != NULL;
    free(line);
    if (maps != NULL)
        fclose(maps);
    return found;
}

/* The process that the recorder started, or 0. */
static pid_t find_main(const struct session *session, uint64_t recorder_pid)
{
    struct session_image *images;
    size_t n;
    pid_t pid = 0;
    if (record_session_list(session, &images, &n) != 0)
        return 0;
    for (size_t i = 0; i < n && pid == 0; i++) {
        char path[PATH_MAX + NAME_MAX];
        struct events_header header;
        record_session_events_path(session, &images[i], path, sizeof path);
        if (read_start(path, &header, sizeof header) &&
            header.magic == EVENTS_MAGIC && header.parent_pid == recorder_pid)
            pid = images[i].pid;
    }
    free(images);
    return pid;
}

/* ---- telling ------------------------------------------------------------- */

static bool is_of(const char *entry, const char *name)
{
    size_t n = strlen(name);
    return entry[0] == '.' && strncmp(entry + 1, name, n) == 0 &&
           entry[n + 1] == '.' && strlen(entry) == n + 2 + RANDOM_LETTERS;
}

void recover_tell(const char *output)
{
    const char *slash = strrchr(output, '/');
    const char *name = slash == NULL ? output : slash + 1;
    char folder[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
    struct record_control control;
    snprintf(folder, sizeof folder, "%.*s", (int)(name - output), output);
    DIR *entries = opendir(slash == NULL ? "." : folder);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        if (is_of(entry->d_name, name) && read_control(path, &control) &&
            !is_recorder(control.recorder_pid))
            command_say(&record_verb,
                        "%s is left of a recording that was killed; "
                        "rep record --recover %s makes its traces",
                        path, path);
    }
    if (entries != NULL)
        closedir(entries);
}

/* ---- opening ------------------------------------------------------------- */

/* What fill_control of record_command.c was given. */
static void fill_request(struct record_request *request)
{
    const struct record_control *control = &request->control;
    request->convert.max_ops = control->max_slots / RECORD_SLOTS_PER_OP;
    request->convert.dialect =
        control->small_limit != 0 ? DIALECT_CLASSIC : DIALECT_EXTENDED;
}

/* "FOLDER/NAME" of "FOLDER/.NAME.XXXXXX", to be freed; NULL without memory. */
static char *name_output(const char *directory)
{
    char *output;
    const char *name = strrchr(directory, '/') + 1;
    int length = (int)strlen(name) - 2 - RANDOM_LETTERS;
    return asprintf(&output, "%.*s%.*s", (int)(name - directory), directory,
                    length, name + 1) < 0
               ? NULL
               : output;
}

static int refuse(const char *directory, const char *got)
{
    command_say(&record_verb,
                "%s: expected the folder of a recording that was killed, got "
                "%s",
                directory, got);
    return COMMAND_USAGE;
}

int recover_open(const char *directory, struct session *session,
                 struct record_request *request, pid_t *main_pid, char **output)
{
    char text[80];
    *output = NULL;
    if (realpath(directory, session->directory) == NULL)
        return refuse(directory, strerror(errno));
    const char *name = strrchr(session->directory, '/') + 1;
    if (strlen(name) <= 2 + RANDOM_LETTERS ||
        !read_control(session->directory, &request->control))
        return refuse(directory, "another");
    uint64_t recorder = request->control.recorder_pid;
    *main_pid = find_main(session, recorder);
    if (is_recorder(recorder) || has_mapped(*main_pid, session->directory)) {
        snprintf(text, sizeof text, "one whose process %d still runs",
                 is_recorder(recorder) ? (int)recorder : (int)*main_pid);
        return refuse(directory, text);
    }
    if (*main_pid == 0)
        return refuse(directory, "one that had not begun");
    fill_request(request);
    if (request->output == NULL)
        request->output = *output = name_output(session->directory);
    return request->output != NULL ? COMMAND_GO_ON
                                   : refuse(directory, strerror(ENOMEM));
}
