// Which newsrooms are asked. Kept in this browser only.

const sites = document.querySelector("#sites");
const notice = document.querySelector("#saved");

chrome.storage.local.get({ sites: [] }).then((settings) => {
  sites.value = settings.sites.join("\n");
});

document.querySelector("#form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const lines = sites.value.split("\n").map((line) => line.trim()).filter(Boolean);
  // Whoever listens on the way would learn what is read; on this machine nobody does.
  const invalidLine = lines.find(
    (line) => !URL.canParse(line) || !/^(https:|http:\/\/(localhost|127\.0\.0\.1)[:/])/.test(new URL(line).href),
  );
  if (invalidLine) {
    notice.textContent = `“${invalidLine}” is not an address that begins with https://.`;
    return;
  }
  const addresses = [...new Set(lines.map((line) => new URL("./", line).href))];
  await chrome.storage.local.set({ sites: addresses });
  sites.value = addresses.join("\n");
  notice.textContent = "Saved.";
});
