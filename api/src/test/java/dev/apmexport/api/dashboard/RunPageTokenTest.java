package dev.apmexport.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How the page of a run asks for a token, keeps it and forgets it. */
class RunPageTokenTest extends WithRunPage {
  @Test
  void a_wrong_token_is_said_and_asked_for_again() {
    browser.open(page("/runs/" + run));
    browser.await("document.activeElement.id === 'token'");
    browser.enter("not-a-token");
    browser.awaitText("The token is not known here, or it was revoked.");
    browser.awaitText("Enter the token of the tenant whose run this is.");
    browser.await("document.activeElement.id === 'token' && document.activeElement.value === ''");
    assertThat(browser.value("sessionStorage.length").asInt()).isZero();

    browser.enter("two words");
    browser.awaitText("A token consists of letters, digits and signs, without spaces.");

    browser.enter(newToken());
    browser.awaitText("There is no test run " + run + ".");

    browser.enter(token);
    browser.await("document.querySelectorAll('article').length === 3");
    browser.await("document.getElementById('notice').hidden");
  }

  @Test
  void the_token_is_kept_for_this_tab_until_it_is_forgotten() {
    openRun();
    browser.open(page("/runs"));
    browser.awaitText("The newest test runs");
    assertThat(browser.value("document.querySelector('td a').href").asString()).isEqualTo(page("/runs/" + run));
    assertThat(browser.value("document.cookie + localStorage.length").asString()).isEqualTo("0");

    browser.value("document.getElementById('forget').click()");
    browser.await("document.activeElement.id === 'token'");
    assertThat(browser.value("sessionStorage.length").asInt()).isZero();
    assertThat(browser.text()).doesNotContain("The newest test runs");
  }

  /** While window.hold is true, answers wait in window.release. */
  private static final String HOLDING = """
      window.release = [];
      const asked = window.fetch;
      window.fetch = async (...request) => {
        const answer = await asked(...request);
        if (window.hold) await new Promise(go => window.release.push(go));
        return answer;
      };""";

  private void holdAnswers() {
    browser.value("window.hold = true");
    browser.await("window.release.length === 1");
  }

  private void release() {
    browser.value("window.hold = false, window.release.splice(0).forEach(go => go())");
    browser.value("new Promise(tell => setTimeout(tell, 100))"); // the page has drawn by then what it would draw
  }

  @Test
  void an_answer_to_the_token_before_is_not_shown_any_more() {
    browser.call("Page.addScriptToEvaluateOnNewDocument", "source", HOLDING);
    openRun();
    holdAnswers();
    browser.value("document.getElementById('forget').click()");
    release();

    assertThat(browser.value("document.title").asString()).isEqualTo("Test run " + run);
    assertThat(browser.value("document.getElementById('title').textContent").asString()).isEqualTo("Test run " + run);
    assertThat(browser.value("document.getElementById('view').childElementCount").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void a_refusal_of_the_token_before_takes_nothing_from_the_next_and_no_second_loop_runs() {
    browser.call("Page.addScriptToEvaluateOnNewDocument", "source", HOLDING);
    browser.open(page("/runs/" + run));
    browser.await("document.activeElement.id === 'token'");
    browser.value("window.hold = true");
    browser.enter("not-a-token");
    browser.await("window.release.length === 1");
    browser.value("document.getElementById('forget').click()");
    browser.enter(token);
    browser.await("window.release.length === 2");
    release();

    browser.await("document.querySelectorAll('article').length === 3");
    assertThat(browser.value("sessionStorage.getItem('apm-token')").asString()).isEqualTo(token);
    assertThat(browser.value("document.getElementById('ask').hidden").asBoolean()).isTrue();
    holdAnswers();
    assertThat(browser.value("new Promise(tell => setTimeout(() => tell(window.release.length), 2500))").asInt())
        .as("requests under way").isEqualTo(1);
  }
}
