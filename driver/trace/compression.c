/*
 * compression.c -- a table of endings and of libarchive's filters.
 */
#include "driver/trace/compression.h"

#include <archive.h>
#include <string.h>

static const struct compression {
    const char *ending;
    int (*write)(struct archive *);
    int (*read)(struct archive *);
} known[] = {
    {".gz", archive_write_add_filter_gzip, archive_read_support_filter_gzip},
    {".zst", archive_write_add_filter_zstd, archive_read_support_filter_zstd},
    {".xz", archive_write_add_filter_xz, archive_read_support_filter_xz},
    {".bz2", archive_write_add_filter_bzip2, archive_read_support_filter_bzip2},
};

enum { KNOWN = sizeof known / sizeof known[0] };

static const char *const unknown[] = {".7z",  ".br",   ".bz",   ".gzip",
                                      ".lz",  ".lz4",  ".lzma", ".lzo",
                                      ".zip", ".zstd", ".Z"};

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path);
    size_t m = strlen(ending);
    return n > m && strcmp(path + n - m, ending) == 0;
}

/* NULL: path has none of their endings. */
static const struct compression *find(const char *path)
{
    for (size_t i = 0; i < KNOWN; i++) {
        if (ends_in(path, known[i].ending)) {
            return &known[i];
        }
    }
    return NULL;
}

bool compression_is_known(const char *path)
{
    return find(path) != NULL;
}

size_t compression_stem(const char *path)
{
    const size_t n = strlen(".rep");
    const struct compression *found = find(path);
    size_t length = strlen(path) - (found != NULL ? strlen(found->ending) : 0);
    bool ends = length > n && memcmp(path + length - n, ".rep", n) == 0;
    return ends ? length - n : length;
}

const char *compression_unknown(const char *path)
{
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        if (ends_in(path, unknown[i])) {
            return unknown[i];
        }
    }
    return NULL;
}

int compression_write(struct archive *archive, const char *path)
{
    int result = find(path)->write(archive);
    archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
    return result;
}

void compression_read(struct archive *archive)
{
    for (size_t i = 0; i < KNOWN; i++) {
        known[i].read(archive);
    }
}
