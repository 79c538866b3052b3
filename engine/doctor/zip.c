#include "doctor/zip.h"

#include <stdlib.h>
#include <string.h>

enum {
    END_BYTES = 22,
    COMMENT_MAX = 65535,
    LOCATOR_BYTES = 20,
    END64_BYTES = 56,
    MEMBER_BYTES = 46,
    TAIL_MAX = END_BYTES + COMMENT_MAX + LOCATOR_BYTES + END64_BYTES
};
#define SIGNATURE_END UINT32_C(0x06054b50)
#define SIGNATURE_LOCATOR UINT32_C(0x07064b50)
#define SIGNATURE_END64 UINT32_C(0x06064b50)
#define SIGNATURE_MEMBER UINT32_C(0x02014b50)
#define NONE_16 UINT16_C(0xffff)
#define NONE_32 UINT32_C(0xffffffff)

static uint16_t zip_u16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t zip_u32(const unsigned char *at)
{
    return (uint32_t)zip_u16(at) | (uint32_t)zip_u16(at + 2) << 16;
}

static uint64_t zip_u64(const unsigned char *at)
{
    return (uint64_t)zip_u32(at) | (uint64_t)zip_u32(at + 4) << 32;
}

/* The end of the file, kept so that a small archive takes one read. */
struct zip_tail {
    const struct zip_source *source;
    int64_t offset; /* of data[0] */
    size_t len;
    unsigned char *data;
};

/* Where the directory is. */
struct zip_place {
    int64_t end; /* what follows it begins here */
    uint64_t offset, bytes, n;
};

static pt_code zip_damaged(const char *why, struct pt_error *err)
{
    return pt_error_set(err, PT_EDATA, "Take the zip again from where it came, whole",
                        "the zip is damaged: %s", why);
}

static pt_code zip_read(const struct zip_tail *tail, int64_t offset, void *data, size_t len,
                        struct pt_error *err)
{
    if (tail->data != NULL && offset >= tail->offset) {
        memcpy(data, tail->data + (offset - tail->offset), len);
        return PT_OK;
    }
    return tail->source->read(tail->source->arg, offset, data, len, err);
}

/* ------------------------------------------------------------------ the end */

static pt_code zip_read_tail(const struct zip_source *source, struct zip_tail *tail,
                             struct pt_error *err)
{
    *tail = (struct zip_tail){.source = source};
    if (source->bytes < END_BYTES)
        return pt_error_set(err, PT_EDATA, "Use the zip file itself", "it is no zip: %s",
                            source->bytes == 0 ? "it is empty" : "it is too short");
    tail->len = source->bytes < TAIL_MAX ? (size_t)source->bytes : TAIL_MAX;
    tail->offset = source->bytes - (int64_t)tail->len;
    tail->data = malloc(tail->len);
    if (tail->data == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "zip: out of memory");
    return source->read(source->arg, tail->offset, tail->data, tail->len, err);
}

/* The last end record whose comment fits into the file. */
static const unsigned char *zip_find_end(const struct zip_tail *tail)
{
    for (size_t left = END_BYTES; left <= tail->len; left++) {
        const unsigned char *at = tail->data + tail->len - left;
        if (zip_u32(at) == SIGNATURE_END && zip_u16(at + 20) + (size_t)END_BYTES <= left)
            return at;
    }
    return NULL;
}

/* A file that has the beginning of a zip, and not its end, was cut off. */
static pt_code zip_no_end(const struct zip_tail *tail, struct pt_error *err)
{
    unsigned char first[4];
    pt_code code = zip_read(tail, 0, first, sizeof first, err);
    if (code != PT_OK)
        return code;
    if (first[0] == 'P' && first[1] == 'K')
        return zip_damaged("it begins as a zip and has no end: it was cut off", err);
    return pt_error_set(err, PT_EDATA, "Use the zip file itself, not a page or a folder",
                        "it is no zip: it has no directory at its end");
}

static pt_code zip_read_end64(const struct zip_tail *tail, int64_t end_at, struct zip_place *place,
                              struct pt_error *err)
{
    unsigned char locator[LOCATOR_BYTES], end[END64_BYTES];
    if (end_at < LOCATOR_BYTES + END64_BYTES)
        return zip_damaged("its ZIP64 end is missing", err);
    pt_code code = zip_read(tail, end_at - LOCATOR_BYTES, locator, sizeof locator, err);
    if (code != PT_OK)
        return code;
    uint64_t at = zip_u64(locator + 8);
    if (zip_u32(locator) != SIGNATURE_LOCATOR ||
        at > (uint64_t)(end_at - LOCATOR_BYTES - END64_BYTES))
        return zip_damaged("its ZIP64 end is missing", err);
    code = zip_read(tail, (int64_t)at, end, sizeof end, err);
    if (code != PT_OK)
        return code;
    if (zip_u32(end) != SIGNATURE_END64)
        return zip_damaged("its ZIP64 end is not where it should be", err);
    *place = (struct zip_place){.end = (int64_t)at,
                                .n = zip_u64(end + 32),
                                .bytes = zip_u64(end + 40),
                                .offset = zip_u64(end + 48)};
    return PT_OK;
}

static pt_code zip_find_directory(const struct zip_tail *tail, struct zip_place *place,
                                  struct pt_error *err)
{
    const unsigned char *end = zip_find_end(tail);
    if (end == NULL)
        return zip_no_end(tail, err);
    *place = (struct zip_place){.end = tail->offset + (end - tail->data),
                                .n = zip_u16(end + 10),
                                .bytes = zip_u32(end + 12),
                                .offset = zip_u32(end + 16)};
    if (zip_u16(end + 4) != 0 && zip_u16(end + 4) != NONE_16)
        return pt_error_set(err, PT_EDATA, "Pack it into one file",
                            "the zip is one of several files");
    bool is_64 = place->n == NONE_16 || place->bytes == NONE_32 || place->offset == NONE_32;
    pt_code code = is_64 ? zip_read_end64(tail, place->end, place, err) : PT_OK;
    if (code != PT_OK)
        return code;
    /* The directory ends where its end begins. Its offset may be smaller: something may stand
     * before the archive. */
    if (place->bytes > (uint64_t)place->end || place->offset > (uint64_t)place->end - place->bytes)
        return zip_damaged("its directory would be outside of the file", err);
    if (place->bytes > ZIP_DIRECTORY_MAX)
        return pt_error_set(err, PT_EFULL, "Use the plugin's zip as it was published",
                            "the zip's directory is larger than %d MiB", ZIP_DIRECTORY_MAX >> 20);
    if (place->n > place->bytes / MEMBER_BYTES)
        return zip_damaged("its directory is too small for its members", err);
    return PT_OK;
}

/* ------------------------------------------------------------------ the members */

/* A size of 4 GiB and more is in an extra field, as its first number. */
static void zip_take_size64(const unsigned char *extra, size_t len, struct zip_member *out)
{
    while (len >= 4) {
        size_t size = zip_u16(extra + 2);
        if (size > len - 4)
            return;
        if (zip_u16(extra) == 1) {
            if (size >= 8)
                out->bytes = (int64_t)(zip_u64(extra + 4) & INT64_MAX);
            return;
        }
        extra += 4 + size;
        len -= 4 + size;
    }
}

/* Takes the member at `at`, of which `left` bytes are there. Returns its length; 0: it is
 * damaged. */
static size_t zip_take_member(const unsigned char *at, size_t left, struct zip_member *out)
{
    if (left < MEMBER_BYTES || zip_u32(at) != SIGNATURE_MEMBER)
        return 0;
    size_t name = zip_u16(at + 28), extra = zip_u16(at + 30), comment = zip_u16(at + 32);
    uint32_t bytes = zip_u32(at + 24);
    if (name + extra + comment > left - MEMBER_BYTES || name == 0 ||
        memchr(at + MEMBER_BYTES, '\0', name) != NULL)
        return 0;
    size_t kept = name < ZIP_NAME_MAX ? name : ZIP_NAME_MAX - 1;
    memcpy(out->name, at + MEMBER_BYTES, kept);
    out->name[kept] = '\0';
    out->bytes = bytes;
    out->is_encrypted = (zip_u16(at + 8) & 1) != 0;
    if (bytes == NONE_32)
        zip_take_size64(at + MEMBER_BYTES + name, extra, out);
    return MEMBER_BYTES + name + extra + comment;
}

static pt_code zip_take_members(const unsigned char *data, const struct zip_place *place,
                                bool (*each)(void *arg, const struct zip_member *member), void *arg,
                                size_t *n, struct pt_error *err)
{
    struct zip_member member;
    size_t left = (size_t)place->bytes;
    for (*n = 0; *n < place->n; ++*n) {
        size_t len = zip_take_member(data, left, &member);
        if (len == 0)
            return zip_damaged("a member of its directory cannot be read", err);
        data += len;
        left -= len;
        if (each != NULL && !each(arg, &member)) {
            ++*n;
            break;
        }
    }
    return PT_OK;
}

/* What of the directory lies in the tail is not read again. *data: out, the caller frees it. */
static pt_code zip_read_directory(const struct zip_tail *tail, const struct zip_place *place,
                                  unsigned char **data, struct pt_error *err)
{
    size_t len = (size_t)place->bytes;
    int64_t start = place->end - (int64_t)len;
    size_t before = start < tail->offset ? (size_t)(tail->offset - start) : 0;
    pt_code code = PT_OK;
    before = before < len ? before : len;
    *data = malloc(len + 1);
    if (*data == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "zip: out of memory");
    if (before > 0)
        code = tail->source->read(tail->source->arg, start, *data, before, err);
    if (code == PT_OK && before < len)
        code = zip_read(tail, start + (int64_t)before, *data + before, len - before, err);
    return code;
}

pt_code zip_list(const struct zip_source *source,
                 bool (*each)(void *arg, const struct zip_member *member), void *arg, size_t *n,
                 struct pt_error *err)
{
    struct zip_tail tail;
    struct zip_place place;
    unsigned char *directory = NULL;
    size_t ignored;
    n = n != NULL ? n : &ignored;
    *n = 0;
    pt_code code = zip_read_tail(source, &tail, err);
    if (code == PT_OK)
        code = zip_find_directory(&tail, &place, err);
    if (code == PT_OK)
        code = zip_read_directory(&tail, &place, &directory, err);
    if (code == PT_OK)
        code = zip_take_members(directory, &place, each, arg, n, err);
    free(directory);
    free(tail.data);
    return code;
}
