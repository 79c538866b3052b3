#include "ui/context_next.h"

#include <stdio.h>
#include <stdlib.h>

const char *context_next(const struct ui *ui)
{
    return ui->contexts.next != NULL ? ui->contexts.name : NULL;
}

void context_words(const struct ui *ui, char *out, size_t cap)
{
    char left[120];
    out[0] = '\0';
    if (ui->contexts.next == NULL)
        return;
    pt_context_left(ui->host.config(ui->host.arg), left, sizeof left);
    snprintf(out, cap, "Then this screen shows context %s%s; no stream is started there.%s%s%s",
             ui->contexts.name, pt_config_is_readonly(ui->contexts.next) ? ", read-only" : "",
             left[0] != '\0' ? " These options of the start do not hold there: " : "", left,
             left[0] != '\0' ? "." : "");
}

void context_hand_over(struct ui *ui)
{
    struct pt_config *next = ui->contexts.next;
    ui->contexts.next = NULL;
    if (next != NULL)
        ui->host.context(ui->host.arg, next);
}

void context_stay(struct ui *ui)
{
    pt_config_free(ui->contexts.next);
    ui->contexts.next = NULL;
}
