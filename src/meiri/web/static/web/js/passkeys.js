// Passkeys: where the browser knows them, it fills in the form's credential.
const key = window.PublicKeyCredential;
const asked = async (form) => (await (await fetch(form.action, { headers: { "X-Requested-With": "XMLHttpRequest" } })).json()).request_options;
for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!key?.parseCreationOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = form.querySelector("[role=status]");
    note.textContent = "";
    try {
      const { publicKey } = form.dataset.options ? JSON.parse(form.dataset.options) : await asked(form);
      // Kept on the device where it can be, so that it also signs in without a name.
      if (form.dataset.passkey === "create") publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection, residentKey: "preferred", userVerification: "preferred" };
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: key.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: key.parseRequestOptionsFromJSON(publicKey) });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      note.textContent = "没有完成，请再试一次，或改用其他方式。";
    }
  });
}
