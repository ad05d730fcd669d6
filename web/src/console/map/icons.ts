/** The drawings of `marks.ts` as map images; made on a canvas, so there is no sprite to fetch. */
import type { Map as GlMap } from "maplibre-gl";
import { tokenColour } from "../../shared/theme";
import { iconName, type Kind, type Mark, markOf, STATES } from "../../shared/ui/marks";

const RATIO = 2;
const SIZE: Record<Kind, number> = { order: 24, tech: 28, device: 20 };
const MARGIN = 5;

function draw(mark: Mark, size: number, urgent: boolean, fill?: string): ImageData {
  const box = (size + MARGIN * 2) * RATIO;
  const canvas = document.createElement("canvas");
  canvas.width = box;
  canvas.height = box;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no 2d canvas");
  const colour = tokenColour(`state-${mark.colour}`);
  const ink = tokenColour("mark-ink");
  pen.translate(MARGIN * RATIO, MARGIN * RATIO);
  pen.scale((size / 24) * RATIO, (size / 24) * RATIO);
  pen.lineCap = "round";
  pen.lineJoin = "round";
  const outline = new Path2D(mark.outline);
  if (urgent) {
    pen.lineWidth = 9;
    pen.strokeStyle = tokenColour("state-alarm");
    pen.stroke(outline);
  }
  pen.lineWidth = 5;
  pen.strokeStyle = tokenColour("surface");
  pen.stroke(outline);
  pen.lineWidth = mark.hollow ? 2.4 : 1.2;
  pen.fillStyle = fill ?? (mark.hollow ? tokenColour("surface") : colour);
  pen.strokeStyle = colour;
  pen.fill(outline);
  pen.stroke(outline);
  pen.lineWidth = 2.3;
  pen.strokeStyle = mark.hollow ? colour : ink;
  pen.stroke(new Path2D(mark.glyph));
  return pen.getImageData(0, 0, box, box);
}

function put(map: GlMap, name: string, image: ImageData): void {
  if (map.hasImage(name)) map.updateImage(name, image);
  else map.addImage(name, image, { pixelRatio: RATIO });
}

const MORE = ["draft", "pending_approval", "verified", "closed", "cancelled"];

/** The name of the image under a cluster's count: the outline of its kind. */
export function clusterIcon(kind: Kind, urgent: boolean): string {
  return `${kind}:cluster${urgent ? ":urgent" : ""}`;
}

function putCluster(map: GlMap, kind: "order" | "device"): void {
  const { outline } = markOf(kind, kind === "order" ? "scheduled" : "ok");
  const fill = tokenColour(kind === "order" ? "picked" : "raised");
  for (const urgent of [false, true]) {
    const colour = urgent ? "alarm" : kind === "order" ? "scheduled" : "closed";
    put(map, clusterIcon(kind, urgent), draw({ outline, glyph: "", colour, hollow: true }, 27, false, fill));
  }
}

/** Add all images, or draw them anew in the colours of the present theme. */
export function putIcons(map: GlMap): void {
  putCluster(map, "order");
  putCluster(map, "device");
  for (const kind of Object.keys(SIZE) as Kind[]) {
    for (const state of kind === "order" ? [...STATES.order, ...MORE] : STATES[kind]) {
      const mark = markOf(kind, state);
      put(map, iconName(kind, state), draw(mark, SIZE[kind], false));
      if (kind === "order") put(map, iconName(kind, state, true), draw(mark, SIZE[kind], true));
    }
  }
}
