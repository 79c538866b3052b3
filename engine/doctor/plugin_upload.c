#include "doctor/plugin_upload.h"

#include <stdio.h>
#include <string.h>

#include "aws/s3_upload.h"
#include "base/clock.h"
#include "base/text.h"
#include "doctor/noted.h"
#include "doctor/plugin_zip.h"
#include "doctor/progress.h"
#include "login/keyring.h"

enum { UPLOAD_LIMIT_MS = 30 * 60 * 1000 };

/* What would be uploaded, and what is there now. */
struct store_upload {
    const char *path;
    struct s3_bucket bucket;
    char key[PLUGIN_KEY_MAX];
    int64_t bytes;
    struct plugin_zip zip;
    bool is_there; /* an object of that key */
    struct s3_object object;
};

bool plugin_upload_key(const char *path, char *out, size_t cap)
{
    const char *name = strrchr(path, '/');
    name = name != NULL ? name + 1 : path;
    return (size_t)snprintf(out, cap, PLUGIN_FOLDER "%s%s", name,
                            text_ends_with(name, ".zip") ? "" : ".zip") < cap;
}

static pt_code upload_look(struct check *check, struct store_upload *up, struct pt_error *err)
{
    struct pt_error why;
    const char *path = check_set(check, "pintop.plugin.zip");
    memset(up, 0, sizeof *up);
    if (path == NULL)
        return pt_error_set(err, PT_ECONFIG,
                            "Download the zip (" PLUGIN_PAGE "), and set -X pintop.plugin.zip=FILE",
                            "s3.plugin: pintop.plugin.zip is not set");
    up->path = path;
    up->bucket.name = check->found->bucket;
    text_copy(up->bucket.region, sizeof up->bucket.region, check->found->bucket_region);
    pt_code code = plugin_zip_of_file(path, &up->bytes, &up->zip, &why);
    if (code != PT_OK)
        return pt_error_set(err, code, why.fix, "s3.plugin: %s: %s", path, why.what);
    if (!plugin_upload_key(path, up->key, sizeof up->key))
        return pt_error_set(err, PT_EUSAGE, "Rename the file", "s3.plugin: its name is too long");
    code = s3_head_object(check->client, check->keys, &up->bucket, up->key, &up->object, &why);
    up->is_there = code == PT_OK;
    if (code != PT_OK && code != PT_ENOTFOUND)
        *err = why;
    return code == PT_ENOTFOUND ? PT_OK : code;
}

static pt_code plan_upload(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct store_upload up;
    char size[40], now[40], when[40] = "an unknown time";
    pt_code code = upload_look(check, &up, err);
    if (code != PT_OK)
        return code;
    plugin_zip_size(up.bytes, size, sizeof size);
    plugin_zip_size(up.object.bytes, now, sizeof now);
    if (up.is_there && up.object.modified_ms >= 0)
        clock_format_ms(up.object.modified_ms, when, sizeof when);
    buf_printf(plan, "upload  %s (%s, holds %s)\n", up.path, size, up.zip.jar);
    buf_printf(plan, "to      s3://%s/%s\n", up.bucket.name, up.key);
    if (!up.is_there)
        buf_puts(plan, "now     nothing is there\n");
    else if (s3_is_file(&up.object, up.path))
        buf_puts(plan, "now     this very file is there: nothing is sent\n");
    else
        buf_printf(plan, "now     another object is there, %s, of %s: it is replaced\n", now, when);
    return PT_OK;
}

/* Keys of a role may last less long than an upload. Then the next ones go on behind the parts that
 * were sent. */
static pt_code upload_send(struct check *check, struct store_upload *up, struct pt_error *err)
{
    struct aws_keys keys = {0};
    progress_step(check, UPLOAD_LIMIT_MS, "uploading %s to s3://%s/%s", up->path, up->bucket.name,
                  up->key);
    pt_code code = s3_upload(check->client, check->keys, &up->bucket, up->key, up->path,
                             progress_bytes, check, err);
    if (code == PT_ELOGIN && keyring_take(check->keyring, check->setup, &keys, NULL) == PT_OK &&
        strcmp(keys.id, check->keys->id) != 0)
        code = s3_upload(check->client, &keys, &up->bucket, up->key, up->path, progress_bytes,
                         check, err);
    aws_keys_done(&keys);
    return code;
}

/* Looks at what was uploaded, with fresh keys where there are some. etag: out. */
static pt_code upload_see(struct check *check, struct store_upload *up, char *etag, size_t cap,
                          struct pt_error *err)
{
    struct s3_object after;
    struct aws_keys keys = {0};
    struct pt_error why;
    bool is_fresh = keyring_take(check->keyring, check->setup, &keys, NULL) == PT_OK;
    pt_code code = s3_head_object(check->client, is_fresh ? &keys : check->keys, &up->bucket,
                                  up->key, &after, &why);
    aws_keys_done(&keys);
    if (code != PT_OK)
        return pt_error_set(err, code, why.fix,
                            "s3.plugin: uploaded to s3://%s/%s, but not seen there: %.600s",
                            up->bucket.name, up->key, why.what);
    if (after.bytes != up->bytes)
        return pt_error_set(err, PT_EDATA, "Do it again",
                            "s3.plugin: s3://%s/%s has another size than the file", up->bucket.name,
                            up->key);
    text_copy(etag, cap, after.etag);
    return PT_OK;
}

/* mark: the object's size before it is there, and its ETag from then on. What was uploaded and
 * could not be seen afterwards stays noted as perhaps made. */
static pt_code upload_noted(struct check *check, struct store_upload *up, struct pt_error *err)
{
    struct created note = {.kind = CREATED_ZIP, .is_new = !up->is_there};
    text_copy(note.name, sizeof note.name, up->key);
    text_copy(note.ref, sizeof note.ref, up->bucket.name);
    text_copy(note.region, sizeof note.region, up->bucket.region);
    snprintf(note.mark, sizeof note.mark, "%lld bytes", (long long)up->bytes);
    pt_code code = noted_begin(check, &note, err);
    if (code != PT_OK)
        return code;
    pt_code sent = upload_send(check, up, err);
    code = sent == PT_OK ? upload_see(check, up, note.mark, sizeof note.mark, err) : sent;
    if (sent != PT_OK || code == PT_OK)
        noted_end(check, &note, code);
    return code;
}

static pt_code run_upload(struct check *check, struct buf *said, struct pt_error *err)
{
    struct store_upload up;
    char size[40];
    pt_code code = upload_look(check, &up, err);
    if (code == PT_OK && up.is_there && s3_is_file(&up.object, up.path)) {
        buf_printf(said, "s3://%s/%s is there already: nothing was sent\n", up.bucket.name, up.key);
        return PT_OK;
    }
    if (code == PT_OK)
        code = upload_noted(check, &up, err);
    plugin_zip_size(up.bytes, size, sizeof size);
    if (code == PT_OK)
        buf_printf(said, "uploaded %s to s3://%s/%s\n", size, up.bucket.name, up.key);
    return code;
}

const struct check_fix plugin_upload_fix = {.kind = FIX_FREE,
                                            .does = "upload the plugin's zip",
                                            .limit_ms = UPLOAD_LIMIT_MS,
                                            .plan = plan_upload,
                                            .run = run_upload};
