/* A front end over snapshots made by hand and a fake engine: what tests of keys share. After
 * cmocka.h. */
#ifndef SCREENS_SESSION_H
#define SCREENS_SESSION_H

#include <stdlib.h>

#include "fixture_connector.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

/* The fake engine: remembers the last command. */
static struct {
    struct pt_command last;
    char topic[300], connector[300], config[300];
    char topics[400]; /* of all commands, one after the other */
    int submitted, quits, suspends, saves, runs;
    uint64_t id;
    pt_code answer;
    char connected[200], copied[300], saved[64], ran[200];
    const char *plan; /* NULL: there is no such file */
} fake;

static struct fixture fixture;
static struct ui ui;
static struct canvas *canvas;

static inline pt_code fake_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                                  struct pt_error *err)
{
    (void)arg;
    if (fake.answer != PT_OK)
        return pt_error_set(err, fake.answer, "use another name", "topic name: it is not allowed");
    fake.last = *cmd;
    snprintf(fake.topic, sizeof fake.topic, "%s", cmd->topic != NULL ? cmd->topic : "");
    snprintf(fake.connector, sizeof fake.connector, "%s",
             cmd->connector != NULL ? cmd->connector : "");
    snprintf(fake.config, sizeof fake.config, "%s", cmd->n_configs > 0 ? cmd->configs[0] : "");
    size_t len = strlen(fake.topics);
    snprintf(fake.topics + len, sizeof fake.topics - len, "%s%s", len > 0 ? " " : "", fake.topic);
    fake.submitted++;
    *id = ++fake.id;
    return PT_OK;
}

static const struct pt_link fake_link = {.submit = fake_submit};

static inline void fake_quit(void *arg)
{
    (void)arg;
    fake.quits++;
}

static inline void fake_suspend(void *arg)
{
    (void)arg;
    fake.suspends++;
}

static inline bool fake_copy(void *arg, const char *text)
{
    (void)arg;
    snprintf(fake.copied, sizeof fake.copied, "%s", text);
    return true;
}

static inline pt_code fake_save(void *arg, const char *name, char *path, size_t cap,
                                struct pt_error *err)
{
    (void)arg;
    fake.saves++;
    snprintf(fake.saved, sizeof fake.saved, "%s", name);
    if (strchr(name, '/') != NULL)
        return pt_error_set(err, PT_ECONFIG, "letters, digits, . _ -", "context name: has a slash");
    snprintf(path, cap, "/tmp/%s.properties", name);
    return PT_OK;
}

static inline pt_code fake_save_plan(void *arg, const char *name, char **plan, struct pt_error *err)
{
    (void)arg;
    *plan = fake.plan != NULL ? strdup(fake.plan) : NULL;
    if (strchr(name, '/') != NULL)
        return pt_error_set(err, PT_ECONFIG, "letters, digits, . _ -", "context name: has a slash");
    return PT_OK;
}

static inline void fake_connect(void *arg, const char *const *settings, size_t n)
{
    (void)arg;
    fake.connected[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(fake.connected);
        snprintf(fake.connected + len, sizeof fake.connected - len, "%s%s", i > 0 ? " " : "",
                 settings[i]);
    }
}

static inline pt_code fake_run(void *arg, const char *command, struct pt_error *err)
{
    (void)arg, (void)err;
    fake.runs++;
    snprintf(fake.ran, sizeof fake.ran, "%s", command);
    return PT_OK;
}

static inline int setup(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    struct ui_host host = {.link = &fake_link,
                           .quit = fake_quit,
                           .suspend = fake_suspend,
                           .copy = fake_copy,
                           .save = fake_save,
                           .save_plan = fake_save_plan,
                           .connect = fake_connect};
    struct looks looks = {false, false};
    fixture_flowing(&fixture);
    canvas = canvas_new(24, 80, false);
    if (canvas == NULL || ui_init(&ui, &host, &looks) != PT_OK)
        return -1;
    ui_size(&ui, 24, 80);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    ui_done(&ui);
    canvas_free(canvas);
    return 0;
}

static inline bool is_shown(const char *text)
{
    ui_draw(&ui, canvas);
    char *screen = canvas_dump(canvas, false);
    bool is = strstr(screen, text) != NULL;
    free(screen);
    return is;
}

static inline void press(const char *keys)
{
    for (; *keys != '\0'; keys++)
        ui_key(&ui, *keys == '\n' ? KEY_ENTER_ : *keys);
}

static inline void next_snapshot(void)
{
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, ui.desk.now_ms + 1000);
}

static inline void show_sink_failed(void)
{
    fixture_sink_failed(&fixture);
    next_snapshot();
}

static inline void show(void (*make)(struct fixture *f))
{
    make(&fixture);
    next_snapshot();
}

#define UI_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
