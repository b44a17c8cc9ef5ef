/*
 * trace_set.c -- which files, and what is in them.
 */
#include "driver/run/trace_set.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/trace/compression.h"

static int add_error(struct trace_set *set, const struct trace_error *error)
{
    struct trace_error *larger =
        realloc(set->errors, (set->n_errors + 1) * sizeof *larger);
    if (larger == NULL) {
        return -1;
    }
    set->errors = larger;
    set->errors[set->n_errors++] = *error;
    return 0;
}

static int fail_file(struct trace_set *set, const char *path,
                     const char *message)
{
    struct trace_error error = {0};
    snprintf(error.path, sizeof error.path, "%.255s", path);
    snprintf(error.message, sizeof error.message, "%.255s", message);
    return add_error(set, &error);
}

static int add_file(struct trace_set *set, const char *path)
{
    struct trace_error error = {0};
    struct trace *larger =
        realloc(set->traces, (set->n_traces + 1) * sizeof *larger);
    if (larger == NULL) {
        return -1;
    }
    set->traces = larger;
    if (trace_read(path, &set->traces[set->n_traces], &error) != 0) {
        return add_error(set, &error);
    }
    set->n_traces++;
    return 0;
}

static int is_trace_name(const struct dirent *entry)
{
    const char *ending = entry->d_name + compression_stem(entry->d_name);
    return strncmp(ending, ".rep", strlen(".rep")) == 0;
}

/* Folder and file as one path, allocated; NULL when memory ran out. */
static char *join_path(const char *folder, const char *file)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, file) < 0 ? NULL : path;
}

static int add_joined(struct trace_set *set, const char *folder,
                      const char *file)
{
    char *path = join_path(folder, file);
    int status = path != NULL ? add_file(set, path) : -1;
    free(path);
    return status;
}

static int add_folder(struct trace_set *set, const char *folder)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_trace_name, alphasort);
    if (n <= 0) {
        char message[200];
        snprintf(message, sizeof message,
                 "expected a folder with traces (*.rep), got %s",
                 n == 0 ? "none in it" : strerror(errno));
        if (n == 0) {
            free(entries);
        }
        return fail_file(set, folder, message);
    }
    int status = 0;
    for (int i = 0; i < n; i++) {
        if (status == 0) {
            status = add_joined(set, folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

/*
 * traces/ here, or else the one of the source tree that the program was built
 * in (build/MODE/mdriver).
 */
static void default_folder(char *folder, size_t room)
{
    snprintf(folder, room, "traces");
    char self[PATH_MAX + sizeof "/traces"];
    ssize_t length = readlink("/proc/self/exe", self, PATH_MAX - 1);
    if (access(folder, F_OK) == 0 || length <= 0) {
        return;
    }
    self[length] = '\0';
    for (int levels = 3; levels > 0; levels--) {
        char *slash = strrchr(self, '/');
        if (slash == NULL) {
            return;
        }
        *slash = '\0';
    }
    strcat(self, "/traces");
    if (access(self, F_OK) == 0) {
        snprintf(folder, room, "%s", self);
    }
}

/* A named trace: as it is, or in the folder of -t when it is not here. */
static int add_named(struct trace_set *set, const char *folder,
                     const char *name)
{
    bool plain = folder == NULL || name[0] == '/' || strcmp(name, "-") == 0 ||
                 access(name, F_OK) == 0;
    return plain ? add_file(set, name) : add_joined(set, folder, name);
}

int trace_set_load(struct trace_set *set, const struct options *options)
{
    memset(set, 0, sizeof *set);
    if (options->n_traces == 0) {
        char folder[PATH_MAX + sizeof "/traces"];
        default_folder(folder, sizeof folder);
        return add_folder(set,
                          options->folder != NULL ? options->folder : folder);
    }
    for (size_t i = 0; i < options->n_traces; i++) {
        if (add_named(set, options->folder, options->traces[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

void trace_set_free(struct trace_set *set)
{
    for (size_t i = 0; i < set->n_traces; i++) {
        trace_free(&set->traces[i]);
    }
    free(set->traces);
    free(set->errors);
    memset(set, 0, sizeof *set);
}
