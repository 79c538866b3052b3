/* zlib's inflate over a file, with copies of its state for going back. */
#include "stream/gz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

enum { IN_BYTES = 64 * 1024, SKIP_BYTES = 64 * 1024, POINTS = 24 };
#define FIRST_APART ((uint64_t)4 * 1024 * 1024)

/* The state of a reader at some place: zlib's state, and both positions. */
struct point {
    z_stream z;
    uint64_t in_at, out_at;
};

struct gz_points {
    size_t n;
    uint64_t apart; /* plain bytes between two points; doubles when there are too many */
    struct point *points[POINTS]; /* zlib's states contain their own addresses */
};

struct gz {
    int fd;
    struct gz_points *points;
    z_stream z;
    bool has_state, is_end;
    uint64_t in_at, out_at; /* of the next byte to read from the file; of the next plain byte */
    unsigned char in[IN_BYTES];
};

bool gz_is_magic(const void *head, size_t len)
{
    return len >= 3 && memcmp(head, "\x1f\x8b\x08", 3) == 0;
}

struct gz_points *gz_points_new(void)
{
    struct gz_points *points = calloc(1, sizeof *points);
    if (points)
        points->apart = FIRST_APART;
    return points;
}

static void point_free(struct point *point)
{
    inflateEnd(&point->z);
    free(point);
}

void gz_points_free(struct gz_points *points)
{
    for (size_t i = 0; points && i < points->n; i++)
        point_free(points->points[i]);
    free(points);
}

struct gz *gz_new(int fd, struct gz_points *points)
{
    struct gz *gz = calloc(1, sizeof *gz);
    if (gz) {
        gz->fd = fd;
        gz->points = points;
    }
    return gz;
}

static void drop_state(struct gz *gz)
{
    if (gz->has_state)
        inflateEnd(&gz->z);
    gz->has_state = gz->is_end = false;
    memset(&gz->z, 0, sizeof gz->z);
}

void gz_free(struct gz *gz)
{
    if (!gz)
        return;
    drop_state(gz);
    free(gz);
}

/* Removes every second point; from now on they are twice as far apart. */
static void thin_out(struct gz_points *points)
{
    size_t kept = 0;
    for (size_t i = 0; i < points->n; i++) {
        if (i % 2 == 0)
            point_free(points->points[i]);
        else
            points->points[kept++] = points->points[i];
    }
    points->n = kept;
    points->apart *= 2;
}

/* Keeps this place, when the last kept one is far enough back. */
static void keep_point(struct gz *gz)
{
    struct gz_points *points = gz->points;
    if (!points)
        return;
    uint64_t last = points->n > 0 ? points->points[points->n - 1]->out_at : 0;
    if (gz->out_at < last + points->apart)
        return;
    if (points->n == POINTS)
        thin_out(points);
    /* Without it, going back is only slower. */
    struct point *point = gz->is_end ? NULL : calloc(1, sizeof *point);
    if (!point || inflateCopy(&point->z, &gz->z) != Z_OK) {
        free(point);
        return;
    }
    point->in_at = gz->in_at - gz->z.avail_in;
    point->out_at = gz->out_at;
    points->points[points->n++] = point;
}

/* Moves to offset or before it. */
static bool go_back(struct gz *gz, uint64_t offset)
{
    struct gz_points *points = gz->points;
    size_t i = points ? points->n : 0;
    drop_state(gz);
    while (i > 0 && points->points[i - 1]->out_at > offset)
        i--;
    struct point *point = i > 0 ? points->points[i - 1] : NULL;
    gz->in_at = point ? point->in_at : 0;
    gz->out_at = point ? point->out_at : 0;
    gz->has_state =
        point ? inflateCopy(&gz->z, &point->z) == Z_OK : inflateInit2(&gz->z, 15 + 16) == Z_OK;
    gz->z.avail_in = 0;
    return gz->has_state;
}

static pt_code gz_refill(struct gz *gz, const char *shown, struct pt_error *err)
{
    ssize_t n;
    do {
        n = pread(gz->fd, gz->in, sizeof gz->in, (off_t)gz->in_at);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        char text[96];
        return pt_error_set(err, PT_EIO, "Check the disk that holds it", "cannot read %s: %s",
                            shown, strerror_r(errno, text, sizeof text));
    }
    gz->in_at += (uint64_t)n;
    gz->z.next_in = gz->in;
    gz->z.avail_in = (uInt)n;
    return PT_OK;
}

/* After a member: another one may follow; zeros and anything else are padding. */
static pt_code begin_member(struct gz *gz, const char *shown, struct pt_error *err)
{
    if (gz->z.avail_in < 3) {
        gz->in_at -= gz->z.avail_in;
        pt_code code = gz_refill(gz, shown, err);
        if (code != PT_OK)
            return code;
    }
    gz->is_end = !gz_is_magic(gz->z.next_in, gz->z.avail_in);
    if (!gz->is_end && inflateReset(&gz->z) != Z_OK)
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot read %s: out of memory", shown);
    return PT_OK;
}

static pt_code gz_damaged(const struct gz *gz, const char *shown, const char *why,
                          struct pt_error *err)
{
    return pt_error_set(err, PT_EDATA, "Create or download the file again; gzip -t FILE checks it",
                        "cannot read %s: the gzip file %s, after its first %llu plain bytes", shown,
                        why, (unsigned long long)gz->out_at);
}

/* Writes at most len plain bytes to out; *n is 0 only at the end. */
static pt_code inflate_some(struct gz *gz, char *out, size_t len, const char *shown, size_t *n,
                            struct pt_error *err)
{
    *n = 0;
    while (*n == 0 && !gz->is_end) {
        if (gz->z.avail_in == 0) {
            pt_code code = gz_refill(gz, shown, err);
            if (code != PT_OK)
                return code;
            if (gz->z.avail_in == 0)
                return gz_damaged(gz, shown, "ends too early", err);
        }
        gz->z.next_out = (unsigned char *)out;
        gz->z.avail_out = (uInt)len;
        int rc = inflate(&gz->z, Z_NO_FLUSH);
        *n = len - gz->z.avail_out;
        gz->out_at += *n;
        if (rc == Z_MEM_ERROR)
            return pt_error_set(err, PT_ENOMEM, NULL, "cannot read %s: out of memory", shown);
        if (rc == Z_STREAM_END) {
            pt_code code = begin_member(gz, shown, err);
            if (code != PT_OK)
                return code;
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return gz_damaged(gz, shown, "is damaged", err);
        }
    }
    return PT_OK;
}

static pt_code skip_to(struct gz *gz, uint64_t offset, const char *shown, struct pt_error *err)
{
    char *waste = malloc(SKIP_BYTES);
    pt_code code =
        waste ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "cannot read %s: out of memory", shown);
    size_t n = 1;
    while (code == PT_OK && n > 0 && gz->out_at < offset) {
        uint64_t left = offset - gz->out_at;
        code =
            inflate_some(gz, waste, left < SKIP_BYTES ? (size_t)left : SKIP_BYTES, shown, &n, err);
        keep_point(gz);
    }
    free(waste);
    return code;
}

pt_code gz_read(struct gz *gz, char *out, size_t len, uint64_t offset, const char *shown, size_t *n,
                struct pt_error *err)
{
    pt_code code = PT_OK;
    *n = 0;
    if ((!gz->has_state || offset < gz->out_at) && !go_back(gz, offset))
        return pt_error_set(err, PT_ENOMEM, NULL, "cannot read %s: out of memory", shown);
    if (gz->out_at < offset)
        code = skip_to(gz, offset, shown, err);
    if (code != PT_OK || gz->out_at != offset)
        return code; /* after the end there is nothing */
    size_t some = 1;
    while (code == PT_OK && some > 0 && *n < len) {
        code = inflate_some(gz, out + *n, len - *n, shown, &some, err);
        *n += some;
    }
    keep_point(gz);
    /* What was read before the damage is good; the next call reports the damage. */
    return *n > 0 ? PT_OK : code;
}
