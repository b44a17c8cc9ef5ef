/*
 * compression.h -- which compressions traces come in, told by their names.
 *
 * Reading goes by the first bytes of a file and knows exactly those that
 * writing knows by the ending of a name.
 */
#ifndef DRIVER_TRACE_COMPRESSION_H
#define DRIVER_TRACE_COMPRESSION_H

#include <stdbool.h>
#include <stddef.h>

struct archive;

#define COMPRESSION_ENDINGS ".gz, .zst, .xz or .bz2"

/* Length of a trace's name in front of ".rep", ".rep.gz", ".gz", ... */
size_t compression_stem(const char *path);

/* Whether path ends in one of COMPRESSION_ENDINGS. */
bool compression_is_known(const char *path);

/*
 * The ending of a compression that is not known, as ".zip"; NULL: path has
 * none.  What goes by such a name would not be what it says.
 */
const char *compression_unknown(const char *path);

/*
 * Has an archive written as the ending of path says, the same bytes at any
 * time of day.  Returns a code of libarchive.
 */
int compression_write(struct archive *archive, const char *path);

/* Has an archive undo any of them. */
void compression_read(struct archive *archive);

#endif
