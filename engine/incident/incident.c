#include "pintop/incident.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "incident/past.h"
#include "incident/tar.h"
#include "incident/texts.h"

static const size_t FILE_MAX = (size_t)64 << 20, INCIDENT_MAX = (size_t)512 << 20;

static const struct {
    const char *name;
    incident_text_fn text;
} files[] = {
    {"connectors.txt", incident_connectors},
    {"series.csv",     incident_series    },
    {"minutes.csv",    incident_minutes   },
    {"events.txt",     incident_events    },
    {"log.txt",        incident_log       },
    {"setup.txt",      incident_setup     },
    {"config.txt",     incident_config    },
    {"versions.txt",   incident_versions  },
};

void pt_incident_name(int64_t now_ms, char *out, size_t cap)
{
    char time[40];
    clock_format_ms(now_ms, time, sizeof time);
    snprintf(out, cap, "pintop-incident-%.4s%.2s%.2sT%.2s%.2s%.2sZ.tar", time, time + 5, time + 8,
             time + 11, time + 14, time + 17);
}

/* All files are in a directory that is called as the archive. */
static void incident_add(struct buf *tar, const struct pt_incident *incident, const char *name,
                         const char *text, size_t len)
{
    char path[100], dir[80];
    pt_incident_name(incident->now_ms, dir, sizeof dir);
    snprintf(path, sizeof path, "%.*s/%s", (int)(strlen(dir) - strlen(".tar")), dir, name);
    tar_add(tar, path, incident->now_ms, text, len);
}

/* The page, and what it says is beside it: what happened before. */
static void incident_add_page(struct buf *tar, const struct pt_incident *incident)
{
    struct buf page, list;
    char past[400];
    buf_init(&page, FILE_MAX);
    buf_init(&list, FILE_MAX);
    incident_past(incident, &list, past, sizeof past);
    incident_page(incident, past, &page);
    if (page.is_over || list.is_over || page.len == 0 || list.len == 0) {
        tar->is_over = true;
    } else {
        incident_add(tar, incident, "incident.md", page.data, page.len);
        incident_add(tar, incident, INCIDENT_HISTORY, list.data, list.len);
    }
    buf_done(&page);
    buf_done(&list);
}

static void incident_add_text(struct buf *tar, const struct pt_incident *incident, const char *name,
                              incident_text_fn text)
{
    struct buf out;
    buf_init(&out, FILE_MAX);
    text(incident, &out);
    if (out.is_over)
        tar->is_over = true;
    else
        incident_add(tar, incident, name, out.data != NULL ? out.data : "", out.len);
    buf_done(&out);
}

pt_code pt_incident_make(const struct pt_incident *incident, char **bytes, size_t *len,
                         struct pt_error *err)
{
    struct buf tar;
    char *json = pt_snapshot_json(incident->snap);
    buf_init(&tar, INCIDENT_MAX);
    incident_add_page(&tar, incident);
    if (incident->screen != NULL)
        incident_add(&tar, incident, "screen.txt", incident->screen, strlen(incident->screen));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        incident_add_text(&tar, incident, files[i].name, files[i].text);
    if (json != NULL)
        incident_add(&tar, incident, "snapshot.json", json, strlen(json));
    tar_end(&tar);
    *bytes = json != NULL ? buf_take(&tar, len) : NULL;
    free(json);
    buf_done(&tar);
    return *bytes != NULL ? PT_OK
                          : pt_error_set(err, PT_ENOMEM, NULL, "incident file: out of memory");
}

pt_code pt_incident_write(const char *path, const char *bytes, size_t len, struct pt_error *err)
{
    pt_code code = file_create(path, bytes, len, 0600, err);
    if (code == PT_EEXISTS)
        pt_error_set(err, PT_EEXISTS, "Name a file that is not there yet.",
                     "incident file: %s is there already", path);
    return code;
}
