"""The words of the vocabulary that a record may hold, some of them more often than others."""

from __future__ import annotations

LOOSE_SITES = (
    *("adrenal", "kidney", "pleura", "pericardium", "peritoneum", "skin", "soft_tissue"),
    *("muscle", "spleen", "gastrointestinal", "pancreas", "thyroid", "breast", "spinal_cord"),
    *("epidural", "leptomeninges", "other_organ"),
)
ORGANS = ("lung", "lung", "lung", "liver", "liver", "bone", "brain", "adrenal")
SITE_CODES = {
    "lung": ("snomed|94391008", "icd-10-cm|C78.01"),
    "liver": ("snomed|94381002", "icd-10-cm|C78.7"),
    "bone": ("snomed|94222008",),
    "brain": ("snomed|94225005",),
}
FAR_STATIONS = (
    *("supraclavicular", "supraclavicular", "level_ii", "level_iii", "level_iv", "level_v"),
    *("axillary", "para_aortic", "hepatoduodenal", "mesenteric", "pulmonary_hilar", "inguinal"),
)
NEAR_STATIONS = (
    *("station_1r", "station_1l", "station_2r", "station_2l", "station_4r", "station_4l"),
    *("station_7", "station_8u", "station_8m", "station_8lo", "station_9r", "station_9l"),
    *("station_15", "station_16", "station_17", "station_18", "station_19", "station_20"),
    *("level_vi", "level_vii"),
)
OPEN_STATIONS = (
    *("station_5", "station_6", "station_3p", "station_10", "cervical", "mediastinal"),
    *("intrathoracic", "abdominal", "other_station"),
)
BONES = (
    *("cervical_vertebra", "thoracic_vertebra", "lumbar_vertebra", "sacrum", "pelvis", "rib"),
    *("sternum", "skull", "clavicle", "scapula", "humerus", "femur", "other_bone"),
)
MODALITIES = ("ct", "mri", "chest_xray", "caliper", "pet_ct", "ultrasound", "other_modality")
CHARACTERS = (
    *("solid", "cystic", "lytic_soft_tissue", "lytic_bone_only", "blastic"),
    *("effusion_or_ascites", "lymphangitic", "leptomeningeal"),
)
LOCAL = (
    *("radiotherapy", "surgery", "ablation", "excision_biopsy", "needle_biopsy"),
    *("chemoembolization", "brachytherapy", "palliative_radiotherapy", "other_local", "none"),
)
SQUAMOUS = (
    *("squamous_cell_carcinoma",) * 5,
    *("keratinizing_squamous_cell_carcinoma", "nonkeratinizing_squamous_cell_carcinoma"),
    *("spindle_cell_squamous_carcinoma", "basaloid_squamous_cell_carcinoma"),
    *("icd-o-3|8070/3", "snomed|1162767002", "icd-o-3|8083/3"),
)
OTHER_HISTOLOGY = (
    *("squamous_cell_carcinoma_in_situ", "adenocarcinoma", "small_cell_carcinoma"),
    *("other_histology", "icd-o-3|8140/3", "icd-o-3|8070/2"),
)
PRIMARY_SITES = (
    *("esophagus", "cervical_esophagus", "thoracic_esophagus", "abdominal_esophagus"),
    *("upper_third_esophagus", "middle_third_esophagus", "lower_third_esophagus"),
    *("overlapping_esophagus", "icd-o-3|C15.4"),
)
ANTITUMOR = ("chemotherapy", "chemotherapy", "immunotherapy", "targeted", "hormonal")
OTHER_DRUGS = ("traditional_medicine", "bone_agent", "not_antitumor", "other_antitumor")
PROCEDURES = (
    *("esophagectomy", "thoracotomy", "laparotomy", "thoracoscopy", "laparoscopy", "craniotomy"),
    *("endoscopy", "needle_biopsy", "port_insertion", "other_procedure", "other_procedure"),
)
ANALYTES = (
    *("anemia", "neutrophil_count_decreased", "platelet_count_decreased", "hypoalbuminemia"),
    *("blood_bilirubin_increased", "alanine_aminotransferase_increased"),
    *("aspartate_aminotransferase_increased", "alkaline_phosphatase_increased"),
    "creatinine_increased",
)
TERMS = (
    *("alopecia", "fatigue", "peripheral_sensory_neuropathy", "hypothyroidism", "pneumonitis"),
    *("white_blood_cell_decreased", "dysphagia", "esophagitis", "other_term"),
)
MALIGNANCIES = (
    *("basal_cell_skin", "squamous_cell_skin", "cervix_in_situ"),
    *("other_malignancy", "other_malignancy"),
)
