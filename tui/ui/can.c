/* What is selected, and whether an action makes sense there. */
#include "page/page.h"
#include "ui/wish.h"

int ui_selected_stream(const struct ui *ui)
{
    const struct page_ops *ops = page_at(ui->page);
    return ops->stream != NULL ? ops->stream(ui->pages[ui->page], ui) : -1;
}

const char *ui_selected_topic(const struct ui *ui)
{
    const struct page_ops *ops = page_at(ui->page);
    return ops->topic != NULL ? ops->topic(ui->pages[ui->page]) : NULL;
}

bool ui_can(const struct ui *ui, enum action action)
{
    const struct page_ops *ops = page_at(ui->page);
    bool is_readonly = ui->snap->session->is_readonly;
    int stream = ui_selected_stream(ui);
    switch (action) {
    case ACT_STREAM:
    case ACT_FASTER:
        return stream >= 0 && wish_can(ui, (enum pt_stream_id)stream);
    case ACT_STREAMS:
        return wish_can(ui, PT_PIN) || wish_can(ui, PT_GEO) || wish_can(ui, PT_USER);
    case ACT_TOPIC_NEW:
        return !is_readonly;
    case ACT_TOPIC_DELETE:
        return !is_readonly && ui_selected_topic(ui) != NULL;
    case ACT_CONNECTOR:
        return !is_readonly && connector_can(ui);
    case ACT_PROBE:
        return !is_readonly && probe_can(ui);
    case ACT_ACKNOWLEDGE:
        return !is_readonly && acknowledge_can(ui);
    case ACT_COPY:
        return ui->page != PAGE_AUTH || ui->snap->auth->auth.caller_arn[0] != '\0';
    case ACT_ENTER:
        return ops->has_details == NULL || ops->has_details(ui->pages[ui->page], ui);
    default:
        return true;
    }
}
