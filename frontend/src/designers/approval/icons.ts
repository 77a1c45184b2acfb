import { Bell, ChevronDown, ChevronUp, Copy, Diamond, Eye, FileText, GripVertical, Lock, Maximize, Play, Plus, Redo2, RefreshCw, Square, Stamp, Trash2, TriangleAlert, Undo2, Users, WandSparkles } from "lucide";

/* Icons of the designer alone: they come with it, not with the first screen. */
export const GLYPHS = {
	add: Plus,
	alert: TriangleAlert,
	bell: Bell,
	branch: Diamond,
	copy: Copy,
	delete: Trash2,
	down: ChevronDown,
	end: Square,
	eye: Eye,
	file: FileText,
	fit: Maximize,
	grip: GripVertical,
	lock: Lock,
	play: Play,
	redo: Redo2,
	refresh: RefreshCw,
	stamp: Stamp,
	tidy: WandSparkles,
	undo: Undo2,
	up: ChevronUp,
	users: Users,
} as const;

export type GlyphName = keyof typeof GLYPHS;
