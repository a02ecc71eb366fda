#!/bin/sh
# Installs the fonts and word lists that the renderer uses (Debian 12, as root).
set -eu
apt-get install -y --no-install-recommends \
    fonts-adf-accanthis fonts-adf-baskervald fonts-adf-berenis fonts-adf-gillius \
    fonts-adf-libris fonts-adf-romande fonts-adf-switzera fonts-adf-universalis \
    fonts-adf-verana fonts-agave fonts-anonymous-pro fonts-arapey fonts-averia-sans-gwf \
    fonts-averia-serif-gwf fonts-b612 fonts-cabin fonts-cantarell \
    fonts-century-catalogue fonts-clear-sans fonts-cmu fonts-comfortaa fonts-comic-neue \
    fonts-courier-prime fonts-croscore fonts-crosextra-caladea fonts-crosextra-carlito \
    fonts-dejavu-core fonts-dejavu-extra fonts-dosis fonts-ebgaramond fonts-elstob \
    fonts-fantasque-sans fonts-fanwood fonts-firacode fonts-freefont-ttf \
    fonts-gfs-artemisia fonts-gfs-didot fonts-gfs-neohellenic fonts-go fonts-hack \
    fonts-hermit fonts-inconsolata fonts-inter fonts-jetbrains-mono fonts-junction \
    fonts-junicode fonts-jura fonts-karla fonts-karmilla fonts-lato fonts-league-mono \
    fonts-liberation fonts-linex fonts-linuxlibertine fonts-lmodern fonts-manrope \
    fonts-monoid fonts-mononoki fonts-noto-core fonts-noto-mono fonts-ocr-b \
    fonts-oldstandard fonts-open-sans fonts-osifont fonts-oxygen fonts-paratype \
    fonts-play fonts-prociono fonts-quattrocento fonts-quicksand fonts-roboto-slab \
    fonts-roboto-unhinted fonts-routed-gothic fonts-sil-andika fonts-sil-charis \
    fonts-sil-doulos fonts-sil-gentium-basic fonts-sil-gentiumplus fonts-sora fonts-stix \
    fonts-texgyre fonts-tiresias fonts-tlwg-garuda-ttf fonts-tlwg-kinnari-ttf \
    fonts-tlwg-laksaman-ttf fonts-tlwg-loma-ttf fonts-tlwg-mono-ttf \
    fonts-tlwg-norasi-ttf fonts-tlwg-typewriter-ttf fonts-tlwg-typist-ttf \
    fonts-tlwg-typo-ttf fonts-tlwg-umpush-ttf fonts-tlwg-waree-ttf fonts-tuffy \
    fonts-urw-base35 fonts-vollkorn fonts-yanone-kaffeesatz fonts-yrsa-rasa wamerican \
    wbritish
