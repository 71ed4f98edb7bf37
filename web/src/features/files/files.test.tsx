import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, renderHook, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as http from "../../api/client";
import { ApiError } from "../../api/errors";
import { I18nProvider } from "../../i18n";
import { attachment, message, OPEN, person } from "../../test-data";
import { MessageRow } from "../conversations/message-row";
import { buildRows } from "../conversations/rows";
import { preferences } from "../settings/preferences";
import { isPastedText, renamed } from "./given";
import { boxOf, halvesOf, kindOf, useFileSize } from "./kinds";

vi.mock("../../api/client");
const getBlob = vi.mocked(http.getBlob);
const request = vi.mocked(http.request);
const onOpenImage = vi.fn();

const photo = attachment("photo", {
  name: "Схема.png",
  media_type: "image/png",
  size: 3 * 1024 * 1024,
  width: 1200,
  height: 800,
});
const report = attachment("report", { name: "Отчёт.pdf", media_type: "application/pdf", size: 1536 });

function Frame({ children }: { children: ReactNode }) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return (
    <QueryClientProvider client={client}>
      <I18nProvider>{children}</I18nProvider>
    </QueryClientProvider>
  );
}

function show(change: Parameters<typeof message>[1]) {
  const [row] = buildRows([message(1, change)], [], person("me"), null);
  if (!row) throw new Error("no row");
  return render(<MessageRow row={row} usual={OPEN} onOpenImage={onOpenImage} />, { wrapper: Frame });
}

beforeEach(() => {
  preferences.set((all) => ({ ...all, language: "en" }));
  onOpenImage.mockReset();
  getBlob.mockReset().mockResolvedValue(new Blob(["png"], { type: "image/png" }));
  request.mockReset();
});
afterEach(cleanup);

describe("a message with files", () => {
  it("shows an image in the place that is kept for it, and opens it", async () => {
    const { container } = show({ files: [photo] });
    const button = screen.getByRole("button", { name: "Open the image Схема.png, 3 MB" });
    expect(button.dataset.waiting).toBe("true");
    expect(button.style.aspectRatio).toBe("360 / 240");
    await vi.waitFor(() => expect(container.querySelector(".picture img")).toBeTruthy());
    expect(getBlob).toHaveBeenCalledWith("/files/photo/thumbnail");
    fireEvent.click(button);
    expect(onOpenImage).toHaveBeenCalledWith("photo");
  });

  it("says quietly that an image may not be seen any more", async () => {
    getBlob.mockRejectedValue(new ApiError(404, { code: "not_found" }));
    show({ files: [photo] });
    expect(await screen.findByText("Not available any more")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Схема/ })).toBeNull();
  });

  it("fetches any other file when it is asked for", async () => {
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    request.mockResolvedValue(new Response("pdf"));
    show({ files: [report] });
    fireEvent.click(screen.getByRole("button", { name: "Download Отчёт.pdf, 1.5 kB" }));
    await vi.waitFor(() => expect(saved).toEqual(["Отчёт.pdf"]));
    expect(request.mock.calls[0]?.slice(0, 2)).toEqual(["GET", "/files/report/content"]);
  });

  it("says how far a large one is, and stops it", async () => {
    const large = attachment("large", {
      name: "Архив.zip",
      media_type: "application/zip",
      size: 9 * 1024 * 1024,
    });
    request.mockImplementation(
      (_method, _path, _body, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => reject(ApiError.network())),
        ),
    );
    show({ files: [large] });
    fireEvent.click(screen.getByRole("button", { name: /^Download/ }));
    expect(screen.getByRole("progressbar", { name: "Download of Архив.zip" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /^Cancel the download of Архив\.zip/ }));
    await vi.waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
    expect(screen.getByRole("button", { name: /^Download/ })).toBeTruthy();
  });

  it("shows none of them once it is erased", () => {
    show({ body: "", files: [photo, report], erased_at: "2026-03-04T00:00:00Z" });
    expect(screen.getByText("This message is not kept any more")).toBeTruthy();
    expect(screen.queryByRole("list")).toBeNull();
  });
});

describe("a file", () => {
  it.each([
    ["a.png", "image/png", "image"],
    ["a.pdf", "application/pdf", "pdf"],
    ["a.csv", "text/csv", "text"],
    ["a.zip", "application/zip", "archive"],
    ["a.7z", "application/x-7z-compressed", "archive"],
    ["a.docx", "application/zip", "other"],
    ["a.bin", "application/octet-stream", "other"],
  ])("%s of %s is of the kind %s", (name, type, kind) => {
    expect(kindOf({ name, media_type: type })).toBe(kind);
  });

  it("is cut in the middle of its name", () => {
    expect(halvesOf("Отчёт.pdf")).toEqual(["Отчёт.pdf", ""]);
    const [head, tail] = halvesOf("Отчёт о проверке, редакция 3.pdf");
    expect(tail).toBe("ция 3.pdf");
    expect(head + tail).toBe("Отчёт о проверке, редакция 3.pdf");
  });

  it("takes a place of its own shape, neither too large nor too small to hit", () => {
    expect(boxOf(photo, true)).toEqual({ width: 360, height: 240 });
    expect(boxOf(photo, false)).toEqual({ width: 240, height: 160 });
    expect(boxOf(attachment("x", { width: 20, height: 4000 }), true)).toEqual({ width: 72, height: 270 });
  });

  it("has a size in the reader's language", () => {
    const { result } = renderHook(() => useFileSize(), { wrapper: Frame });
    expect([0, 1023, 1024, 1_572_864, 104_857_600].map(result.current)).toEqual([
      "0 bytes",
      "1,023 bytes",
      "1 kB",
      "1.5 MB",
      "100 MB",
    ]);
  });
});

describe("what is pasted", () => {
  const holding = (...types: string[]) => ({ types }) as unknown as DataTransfer;

  it("is text where an office program put a picture of it beside", () => {
    expect(isPastedText(holding("text/plain", "text/html", "Files"))).toBe(true);
    expect(isPastedText(holding("text/html", "Files"))).toBe(false);
    expect(isPastedText(holding("text/plain", "Files"))).toBe(false);
  });

  it("is called by the moment where every screenshot is called the same", () => {
    const at = new Date(2026, 2, 3, 9, 5, 7);
    const name = (moment: string) => `Picture ${moment}`;
    expect(renamed(new File(["x"], "image.png"), name, at).name).toBe("Picture 2026-03-03 09-05-07.png");
    expect(renamed(new File(["x"], "map.png"), name, at).name).toBe("map.png");
  });
});
