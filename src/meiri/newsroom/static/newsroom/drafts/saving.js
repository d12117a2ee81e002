// The open form of a draft: saves itself while somebody writes, says truly where the text is, and takes in what others write.
(() => {
  const { copies, screen, conflicts } = window.meiriDrafts;
  const LOOK = 250, PRESENCE = 4_000, HAND = 1_000, LONGEST_WAIT = 20_000, LONGEST_PAUSE = 15_000, TYPING = 3_000;
  const time = (date) => date.toLocaleTimeString("zh-CN", { hour12: false });

  class NotSaved extends Error {
    constructor(kind, message) {
      super(message);
      this.kind = kind;
    }
  }

  class OpenForm {
    constructor(form, about) {
      Object.assign(this, { form, about, base: about.content, version: about.version, pk: about.pk });
      this.key = screen.uuid();
      this.sent = this.acknowledged = this.failures = 0;
      this.touched = this.composing = this.waiting = this.forced = this.signedOut = false;
      this.open = [];  // conflicts
      this.lastKey = this.notBefore = 0;
      this.stored = this.noted = null;
      this.listen();
      this.status = Object.assign(document.createElement("p"), { id: "meiri-draft-status", className: "meiri-draft-status" });
      this.status.setAttribute("role", "status");
      this.notice = Object.assign(document.createElement("p"), { id: "meiri-draft-notice", className: "meiri-draft-notice" });
      this.notice.setAttribute("aria-live", "polite");
      form.before(this.status, this.notice);
      setInterval(() => this.look(), LOOK);
      setInterval(() => this.tellPresence(), PRESENCE);
      this.offerCopies();
    }

    listen() {
      const { form } = this;
      const touch = () => {
        this.lastKey = Date.now();
        if (!this.touched) this.stored = this.fieldsAsText();
        this.touched = true;
      };
      for (const kind of ["beforeinput", "keydown", "paste", "drop", "pointerdown"]) {
        form.addEventListener(kind, touch, { capture: true });
      }
      form.addEventListener("compositionstart", () => { this.composing = true; }, true);
      form.addEventListener("compositionend", () => { this.composing = false; }, true);
      form.addEventListener("formdata", (event) => this.sign(event.formData));
      form.addEventListener("w-autosave:save", (event) => event.preventDefault());
      form.addEventListener("submit", (event) => this.beforeSubmit(event), true);
      window.addEventListener("online", () => this.hurry());
      document.addEventListener("visibilitychange", () => this.hurry());
      window.addEventListener("pagehide", () => this.note());
    }

    sign(data) {
      data.set("form_key", this.key);
      data.set("form_sequence", String(this.sent + 1));
      data.set("form_acknowledged", String(this.acknowledged));
      data.set("form_base", JSON.stringify(this.base));
    }

    fieldsAsText() {
      return screen.asText(screen.pairs(this.form));
    }

    hurry() {
      this.notBefore = this.failures = 0;
    }

    get isDirty() {
      return this.touched && this.stored !== null && this.fieldsAsText() !== this.stored;
    }

    look() {
      if (this.composing) return;
      if (this.signedOut && Date.now() - this.lastKey >= TYPING) this.signIn();
      screen.nameBlocks(this.form, this.about.streams);
      if (!this.touched) {
        if (this.forced) this.touch();
        else return;
      }
      this.note();
      if (!this.flight && (this.isDirty || this.forced) && Date.now() >= this.notBefore) this.send();
    }

    touch() {
      this.stored ??= this.fieldsAsText();
      this.touched = true;
    }

    // Keep what is not on the server yet in this browser.
    note() {
      const now = this.touched && !this.composing && this.fieldsAsText();
      if (!now || now === this.stored || now === this.noted) return;
      this.noted = now;
      const { user, model, streams } = this.about;
      copies.keep({
        key: this.key, user, model, pk: this.pk, base: this.base, sent: this.sent, acknowledged: this.acknowledged,
        fields: screen.pairs(this.form),
        streams: JSON.stringify(Object.fromEntries(streams.map((name) => [name, screen.statesOf(name)]))),
      }).then((kept) => {
        this.keepsCopies = kept;
        if (kept) this.kept = now;
      });
    }

    send() {
      this.flight = this.attempt().finally(() => { this.flight = null; });
      return this.flight;
    }

    async attempt() {
      const sent = screen.pairs(this.form);  // first: it has the editors write what is on the screen
      const data = new FormData(this.form);
      this.sent += 1;
      this.forced = false;
      this.say("saving", "正在保存…");
      try {
        const answer = await this.post(this.form.action, data);
        this.take(answer, sent);
        this.failures = 0;
        this.goOnSignedIn();
      } catch (error) {
        this.fail(error instanceof NotSaved ? error : new NotSaved("server", String(error)));
      }
    }

    async post(address, data) {
      const stop = new AbortController(), timer = setTimeout(() => stop.abort(), LONGEST_WAIT);
      let response;
      try {
        response = await fetch(address, {
          method: "POST", body: data, signal: stop.signal, redirect: "manual",
          headers: { Accept: "application/json", "X-CSRFToken": this.token },
        });
      } catch {
        throw new NotSaved("network", "网络断开");
      } finally {
        clearTimeout(timer);
      }
      if (response.type === "opaqueredirect" || response.status === 401) throw new NotSaved("session", "登录已过期");
      const answer = await response.json().catch(() => null);
      if (!answer) throw new NotSaved("server", "服务器出错");
      if (answer.success === false) throw new NotSaved(answer.error_code, answer.error_message);
      return answer;
    }

    get token() {
      return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    }

    take(answer, sent) {
      const unchanged = screen.asText(sent) === this.fieldsAsText();
      this.acknowledged = Math.max(this.acknowledged, answer.form.sequence);
      this.version = answer.revision_created_at ?? this.version;
      this.pk = String(answer.pk);
      if (answer.url) {
        this.form.action = answer.url;
        window.history.replaceState(null, "", answer.url);
      }
      for (const [name, value] of Object.entries(answer.field_updates ?? {})) {
        const field = this.form.elements.namedItem(name);
        if (field) field.value = value;
      }
      const others = this.merge(answer.form, sent);
      this.stored = unchanged ? this.fieldsAsText() : screen.asText(sent);
      this.notSaved = answer.not_saved ?? {};
      if (answer.hydrate_url) this.hydrate(answer.hydrate_url);
      else if (answer.html) this.show(answer.html);
      if (!this.isDirty) {
        copies.forget(this.key);
        this.noted = null;
        this.form.dispatchEvent(new CustomEvent("w-autosave:success", {
          bubbles: true, detail: { data: answer, response: answer },
        }));
      }
      if (others) this.announce("别人的改动已经并入。");
      this.sayStored(new Date());
    }

    // Take in what others changed. Whether there was any.
    merge(told, sent) {
      if (!told.mine) {
        this.base = told.content;
        this.open = [];
        conflicts.show(this.form, []);
        return false;
      }
      const base = {};
      const rest = Date.now() - this.lastKey;
      // A hand on the keyboard or the mouse: nothing moves under it. Where somebody writes, nothing does for longer.
      const busy = { anywhere: this.composing || rest < HAND, here: this.composing || rest < TYPING };
      const stale = [];
      this.waiting = false;
      for (const name of Object.keys(told.content)) {
        const theirs = told.content[name], mine = told.mine[name];
        const inConflict = told.conflicts.some(({ path }) => path.length === 1 && path[0] === name);
        if (JSON.stringify(theirs) === JSON.stringify(mine)) {
          base[name] = theirs;
        } else if (inConflict) {
          base[name] = this.base?.[name];
        } else if (this.about.streams.includes(name)) {
          const merged = screen.mergeBody(this.form, name, told, this.base?.[name] ?? [], sent, busy);
          base[name] = merged.began;
          this.waiting ||= merged.waiting;
        } else {
          const isSame = screen.asText(screen.valuesOf(sent, name)) ===
            screen.asText(screen.valuesOf(screen.pairs(this.form), name));
          const isShown = isSame && screen.setField(this.form, name, theirs);
          base[name] = isShown ? theirs : mine;
          if (!isShown) stale.push(this.about.labels[name] ?? name);
        }
      }
      this.base = base;
      this.open = told.conflicts.map((conflict) => ({ ...conflict, mine: this.mineOf(conflict, told) }));
      conflicts.show(this.form, this.open, (conflict, side) => this.decide(conflict, side, told));
      this.stale = stale;
      return true;
    }

    mineOf({ path: [name, id, ...inner] }, told) {
      if (!id) return told.mine[name];
      const value = told.mine[name].find((item) => item.id === id)?.value;
      return inner.reduce((part, step) => part?.[step], value);
    }

    decide(conflict, side, told) {
      const [name, id] = conflict.path;
      if (!id) {
        if (side === "theirs" && !screen.setField(this.form, name, told.content[name])) return window.location.reload();
        this.base[name] = told.content[name];
      } else {
        const root = screen.block(name), at = root.children.findIndex((child) => screen.blockId(child) === id);
        const state = told.states[name].find((one) => one.id === id);
        if (side === "theirs" && at >= 0) screen.setBlock(root.children[at], state);
        if (side === "both") root.insert({ ...state, id: screen.uuid() }, at + 1);
        const item = told.content[name].find((one) => one.id === id);
        this.base[name] = [...this.base[name].filter((one) => one.id !== id), item];
      }
      this.open = this.open.filter((one) => one !== conflict);
      conflicts.show(this.form, this.open, (one, chosen) => this.decide(one, chosen, told));
      this.forced = true;
    }

    fail(error) {
      this.failures += 1;
      this.notBefore = Date.now() + Math.min(LONGEST_PAUSE, 500 * 2 ** this.failures);
      this.form.dispatchEvent(new CustomEvent("w-autosave:error", {
        bubbles: true,
        detail: { error: error.kind === "network" ? new TypeError(error.message) : error, text: error.message, type: error.kind },
      }));
      this.forced ||= this.waiting;
      const where = this.keepsCopies === false ? "还没有保存，请不要关闭本页" : "只在本机，请不要换设备";
      this.say("local", `${where}（${error.message}）`);
      this.signedOut ||= error.kind === "session";
    }

    say(state, text) {
      if (this.status.dataset.told === state + text) return;
      this.status.dataset.told = state + text;
      this.status.dataset.state = state;
      this.status.textContent = text;
    }

    sayStored(at) {
      const left = Object.entries(this.notSaved).map(([label, why]) => (label ? `${label}没有保存：${why}` : why));
      if (this.open.length) this.say("conflict", "有冲突：您的文字已另存为一个版本");
      else if (this.isDirty) this.say("saving", "正在保存…");
      else if (left.length) this.say("partly", `已保存到服务器 ${time(at)}；${left.join("；")}`);
      else if (this.stale?.length) this.say("partly", `已保存到服务器 ${time(at)}；别人改了${this.stale.join("、")}，刷新后可见`);
      else this.say("saved", `已保存到服务器 ${time(at)}`);
    }

    announce(text) {
      this.notice.textContent = text;
    }

    show(html) {
      const target = this.form.querySelector("[data-w-autosave-target='partials']");
      if (target) target.innerHTML = html;
    }

    async hydrate(address) {
      const response = await fetch(address).catch(() => null);
      if (response?.ok) this.show(await response.text());
    }

    // A button that sends the article on waits until the server has all of it, and until its writer has seen what others changed.
    async beforeSubmit(event) {
      if (this.leaving || !(event.submitter instanceof HTMLElement)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const before = JSON.stringify(this.base), { submitter } = event;
      const sendsOn = Boolean(submitter.name);
      this.touch();
      await this.flight;
      if (this.isDirty || sendsOn) await this.send();
      if (this.failures) return this.stop("还没有保存到服务器，暂时不能提交；文字在本机，恢复后会自动保存。");
      if (this.open.length) return this.stop("有冲突，请先选定用哪一份。");
      if (sendsOn && this.sawOthers(before)) return this.stop("别人刚改过这篇稿件，改动已并入，请看过再提交。");
      this.leaving = true;
      // The button itself may be at rest until the answer comes, and would not be sent.
      const pressed = document.createElement("input");
      Object.assign(pressed, { type: "hidden", name: submitter.name, value: submitter.value || "1" });
      if (submitter.name) this.form.append(pressed);
      this.form.requestSubmit();
    }

    sawOthers(before) {
      return this.stale?.length > 0 && JSON.stringify(this.base) !== before;
    }

    stop(text) {
      this.announce(text);
      window.alert(text);
    }

    async tellPresence() {
      if (document.hidden || !this.pk || this.signedOut) return;
      const data = new FormData();
      data.set("csrfmiddlewaretoken", this.token);
      data.set("form_key", this.key);
      data.set("place", this.place());
      data.set("version", this.version ?? "");
      const answer = await this.post(this.about.presence.replace("/0/", `/${this.pk}/`), data).catch((error) => {
        this.signedOut ||= error.kind === "session" && this.touched;
        return null;
      });
      if (!answer) return;
      this.showOthers(answer.others);
      if (answer.newer || this.waiting) this.forced = true;
    }

    place() {
      const at = this.form.contains(document.activeElement) && document.activeElement.closest("[data-contentpath]");
      return at ? at.dataset.contentpath : "";
    }

    showOthers(others) {
      this.form.querySelectorAll(".meiri-writes-here").forEach((mark) => mark.remove());
      for (const { name, place } of others) {
        const at = place && this.form.querySelector(`[data-contentpath="${CSS.escape(place)}"]`);
        if (at) {
          at.append(Object.assign(document.createElement("p"), {
            className: "meiri-writes-here", textContent: `${name}正在写这里`,
          }));
        }
      }
    }

    // The session ended: the password is asked for over the open text, once nobody types into it. What they type would go astray.
    signIn() {
      if (document.getElementById("meiri-sign-in")) return;
      const dialog = Object.assign(document.createElement("dialog"), { id: "meiri-sign-in", className: "meiri-sign-in" });
      const words = Object.assign(document.createElement("p"), { textContent: "登录已过期。请重新登录，稿件仍在，登录后接着保存。" });
      const frame = Object.assign(document.createElement("iframe"), { src: this.about.sign_in, title: "重新登录" });
      frame.addEventListener("load", () => {
        const told = frame.contentDocument?.getElementById("meiri-signed-in");
        if (!told) return;
        if (told.dataset.user !== this.about.user) {
          words.textContent = "登录的是另一个账号。请用原来的账号登录。";
          frame.src = this.about.sign_in;
          return;
        }
        for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = told.dataset.token;
        if (window.wagtailConfig) window.wagtailConfig.CSRF_TOKEN = told.dataset.token;
        this.goOnSignedIn();
        this.hurry();
        this.forced = true;
      });
      dialog.append(words, frame);
      document.body.append(dialog);
      dialog.showModal();
    }

    // Here or in another tab.
    goOnSignedIn() {
      this.signedOut = false;
      document.getElementById("meiri-sign-in")?.remove();
    }

    async offerCopies() {
      const { user, model } = this.about;
      const found = await copies.found(user, model, this.pk);
      const copy = (found || [])[0];
      if (!copy) return;
      const text = copy.fields.filter(([name]) => name === "title" || /-value$/.test(name)).map(([, value]) => value).join("");
      const box = Object.assign(document.createElement("section"), { className: "meiri-copy" });
      box.setAttribute("role", "alert");
      const when = new Date(copy.at).toLocaleString("zh-CN", { hour12: false });
      box.append(Object.assign(document.createElement("p"), {
        textContent: `本机有一份没有保存到服务器的文字（${when}，约 ${text.replace(/[\x00-\x7f]/g, "").length} 字）。`,
      }));
      for (const [label, deed] of [["恢复", () => this.restore(copy)], ["不要了", () => copies.forget(copy.key)]]) {
        const button = Object.assign(document.createElement("button"), {
          type: "button", className: "button button-small button-secondary", textContent: label,
        });
        button.addEventListener("click", () => { deed(); box.remove(); });
        box.append(button);
      }
      this.form.prepend(box);
    }

    // Go on with the form whose copy this is, as if its page had never gone.
    restore(copy) {
      this.touch();
      const names = new Set(copy.fields.map(([name]) => name));
      const streams = JSON.parse(copy.streams);
      for (const name of names) {
        if (!Object.keys(streams).some((stream) => name.startsWith(`${stream}-`))) {
          const values = screen.valuesOf(copy.fields, name);
          const several = this.form.querySelector(`:is(input[type=checkbox], select[multiple])[name="${CSS.escape(name)}"]`);
          screen.setField(this.form, name, several ? values : values[0]);
        }
      }
      for (const [name, state] of Object.entries(streams)) {
        if (state) screen.block(name)?.setState(state);
      }
      Object.assign(this, { key: copy.key, sent: copy.sent, acknowledged: copy.acknowledged, base: copy.base });
      this.forced = true;
    }
  }

  // Nothing is cut while it is typed or pasted: what is too long is counted, and asked for when it is sent on.
  function countInsteadOfCutting(form) {
    const free = (field) => {
      field.dataset.longest = field.getAttribute("maxlength");
      field.removeAttribute("maxlength");
    };
    form.querySelectorAll("input[maxlength], textarea[maxlength]").forEach(free);
    new MutationObserver(() => form.querySelectorAll("input[maxlength], textarea[maxlength]").forEach(free))
      .observe(form, { childList: true, subtree: true });
    form.addEventListener("input", ({ target }) => {
      const longest = Number(target.dataset?.longest);
      if (!longest) return;
      const over = [...target.value].length - longest;
      target.setCustomValidity(over > 0 ? `超过 ${over} 字` : "");
      let note = target.parentElement.querySelector(".meiri-too-long");
      if (over > 0) {
        note ??= target.insertAdjacentElement("afterend", Object.assign(document.createElement("p"), { className: "meiri-too-long" }));
        note.textContent = `最多 ${longest} 字，多了 ${over} 字：草稿照样保存，发布前须删短。`;
      } else {
        note?.remove();
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const about = document.getElementById("meiri-draft"), form = document.querySelector("[data-edit-form]");
    if (!about || !form) return;
    countInsteadOfCutting(form);
    window.meiriDrafts.form = new OpenForm(form, JSON.parse(about.textContent));
  });
})();
