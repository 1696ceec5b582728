// Starts and stops notifications about one claim in this browser.
(() => {
  const section = document.querySelector("[data-push-key]");
  const { pushKey, worker, on, off, blocked, failed, missing } = section.dataset;
  const status = section.querySelector("[role=status]");
  const buttons = [...section.querySelectorAll("button")];
  const token = section.querySelector("[name=csrfmiddlewaretoken]").value;

  const post = async (address, subscription) => {
    const { endpoint, keys } = subscription.toJSON();
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, endpoint, ...keys });
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
  };
  // Only with an active worker, which `navigator.serviceWorker.ready` does not wait for: it controls other pages.
  const register = async () => {
    const registration = await navigator.serviceWorker.register(worker);
    const newWorker = registration.active ? null : registration.installing || registration.waiting;
    if (newWorker && newWorker.state !== "activated") {
      await new Promise((resolve) => {
        newWorker.addEventListener("statechange", () => newWorker.state === "activated" && resolve());
      });
    }
    return registration;
  };
  const start = async (address) => {
    if ((await Notification.requestPermission()) !== "granted") return blocked;
    const registration = await register();
    const options = { userVisibleOnly: true, applicationServerKey: pushKey };
    // A subscription for an earlier key of the site is of no use.
    const subscribe = () => registration.pushManager.subscribe(options);
    const subscription = await subscribe().catch(async () => {
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      return subscribe();
    });
    await post(address, subscription);
    return on;
  };
  const stop = async (address) => {
    const registration = await navigator.serviceWorker.getRegistration(worker);
    const subscription = await registration?.pushManager.getSubscription();
    if (subscription) await post(address, subscription);
    return off;
  };

  if (!("PushManager" in window)) {
    status.textContent = missing;
    return;
  }
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const run = button.dataset.act === "start" ? start : stop;
      status.textContent = await run(button.dataset.address).catch(() => failed);
    });
  }
})();
